-- What was recomputed of each form, and what was found.

CREATE TABLE assessments (
    form_id        uuid PRIMARY KEY,
    upload_id      uuid NOT NULL,
    uploaded_at    timestamptz NOT NULL,
    document_id    text NOT NULL,
    ordinal        int NOT NULL,
    project        text NOT NULL,
    year           text,
    kind           text NOT NULL,
    unit           text NOT NULL,
    unit_name      text NOT NULL,
    project_name   text NOT NULL,
    figures        jsonb NOT NULL,
    findings       jsonb NOT NULL,
    rules_version  int NOT NULL,
    profile        text NOT NULL,
    profile_hash   text NOT NULL,
    scored_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX assessments_upload ON assessments (upload_id);
CREATE INDEX assessments_project ON assessments (project, year);

-- A finding of a form; position is its place in the assessment, worst first.
CREATE TABLE findings (
    form_id    uuid NOT NULL REFERENCES assessments ON DELETE CASCADE,
    position   int NOT NULL,
    rule       text NOT NULL,
    stage      text NOT NULL,
    severity   text NOT NULL,
    cause      text NOT NULL,
    amount     numeric,
    sentence   text NOT NULL,
    finding    jsonb NOT NULL,
    PRIMARY KEY (form_id, position)
);
CREATE INDEX findings_rule ON findings (rule, severity);

CREATE VIEW scorer_views.assessments AS
SELECT form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit, unit_name, project_name,
       figures, findings, rules_version, profile, profile_hash, scored_at
FROM assessments;

CREATE VIEW scorer_views.findings AS
SELECT f.form_id, f.position, f.rule, f.stage, f.severity, f.cause, f.amount, f.sentence, f.finding,
       a.upload_id, a.uploaded_at, a.ordinal, a.project, a.year, a.kind, a.unit, a.unit_name, a.project_name, a.scored_at
FROM findings f JOIN assessments a USING (form_id);

-- Forms that the scorer could not judge.
CREATE VIEW scorer_views.dead_forms AS
SELECT DISTINCT ON (d.headers ->> 'form_id')
       (d.headers ->> 'form_id')::uuid AS form_id, (d.headers ->> 'upload_id')::uuid AS upload_id,
       (d.headers ->> 'ordinal')::int AS ordinal, d.reason, d.died_at
FROM dead_letters d
WHERE pg_input_is_valid(d.headers ->> 'form_id', 'uuid') AND pg_input_is_valid(d.headers ->> 'upload_id', 'uuid')
  AND pg_input_is_valid(d.headers ->> 'ordinal', 'int')
  AND NOT EXISTS (SELECT FROM assessments a WHERE a.form_id::text = d.headers ->> 'form_id');

CREATE VIEW scorer_views.dead_letters AS
SELECT topic, partition, "offset", cause, fault, reason, died_at FROM dead_letters;
