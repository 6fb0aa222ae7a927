-- Forms judged again, deadlines that pass.

-- 0 where the scorer gave no number.
ALTER TABLE versions ADD COLUMN assessment int NOT NULL DEFAULT 0;

-- Assessments of a form that a newer one replaced; what only they found counts as fixed.
CREATE TABLE superseded (
    form_id        uuid NOT NULL REFERENCES versions,
    assessment     int NOT NULL,
    rules_version  int NOT NULL,
    profile_hash   text NOT NULL,
    findings       jsonb NOT NULL
);
CREATE UNIQUE INDEX superseded_once ON superseded (form_id, assessment, rules_version, profile_hash, md5(findings::text));

ALTER TABLE alerts ADD COLUMN overdue boolean NOT NULL DEFAULT false;
CREATE INDEX alerts_deadline ON alerts (deadline) WHERE handling = 'returned' AND NOT overdue;

-- The deadlines that passed, each a cause of its own.
CREATE TABLE deadlines_passed (
    cause     uuid PRIMARY KEY REFERENCES decisions ON DELETE CASCADE,
    alert_id  uuid NOT NULL,
    deadline  timestamptz NOT NULL
);

CREATE OR REPLACE VIEW alerts_views.alerts AS
SELECT alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage, severity, condition,
       handling, deadline, sentence, stated, computed, amount, is_doubt, follows, form_id, upload_id,
       state -> 'finding' AS finding, changed_at, overdue
FROM alerts;
