-- The newest assessments, of all units or of some, and how grave their findings are, without reading the findings whole.
CREATE INDEX assessments_newest ON assessments (scored_at);
CREATE INDEX assessments_unit ON assessments (unit, scored_at);
CREATE INDEX findings_light ON findings (form_id) INCLUDE (stage, cause, severity);
