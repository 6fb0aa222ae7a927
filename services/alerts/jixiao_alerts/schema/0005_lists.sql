-- Lists of alerts by what people filter and order them by: a list reads what it shows, not all alerts there ever were.
CREATE INDEX alerts_rule ON alerts (rule, changed_at, alert_id);
CREATE INDEX alerts_handling ON alerts (handling, changed_at, alert_id);
CREATE INDEX alerts_overdue ON alerts (changed_at, alert_id) WHERE overdue;
CREATE INDEX alerts_unit ON alerts (unit, changed_at, alert_id);
CREATE INDEX alerts_project ON alerts (project);
CREATE INDEX alerts_upload ON alerts (upload_id);
CREATE INDEX alerts_amount ON alerts ((coalesce(amount, -1)), alert_id);
