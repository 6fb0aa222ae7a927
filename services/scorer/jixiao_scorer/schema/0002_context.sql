-- Forms judged together: what each form says, and what is found between the forms of a unit.

ALTER TABLE assessments ADD COLUMN assessment int NOT NULL DEFAULT 0;
COMMENT ON COLUMN assessments.assessment IS 'how often the form was judged anew because of other forms';

-- A form as it was judged, kept so that it can be judged again beside others; facts is what matters for its unit.
CREATE TABLE forms (
    form_id           uuid PRIMARY KEY REFERENCES assessments ON DELETE CASCADE,
    unit              text NOT NULL,
    project           text NOT NULL,
    project_name      text NOT NULL,
    identity          jsonb NOT NULL,
    version           jsonb NOT NULL,
    forms_in_upload   int NOT NULL,
    form              jsonb NOT NULL,
    facts             jsonb NOT NULL
);
CREATE INDEX forms_unit ON forms (unit);
COMMENT ON COLUMN forms.project_name IS 'as names are compared';

-- The findings of a form that come from other forms of its unit.
CREATE TABLE cross_findings (
    form_id   uuid NOT NULL REFERENCES forms ON DELETE CASCADE,
    position  int NOT NULL,
    finding   jsonb NOT NULL,
    PRIMARY KEY (form_id, position)
);

CREATE OR REPLACE VIEW scorer_views.assessments AS
SELECT form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit, unit_name, project_name, figures,
       findings || coalesce((SELECT jsonb_agg(c.finding ORDER BY c.position) FROM cross_findings c
                             WHERE c.form_id = a.form_id), '[]') AS findings,
       rules_version, profile, profile_hash, scored_at
FROM assessments a;

CREATE OR REPLACE VIEW scorer_views.findings AS
SELECT f.form_id, f.position, f.rule, f.stage, f.severity, f.cause, f.amount, f.sentence, f.finding,
       a.upload_id, a.uploaded_at, a.ordinal, a.project, a.year, a.kind, a.unit, a.unit_name, a.project_name, a.scored_at
FROM (SELECT form_id, position, rule, stage, severity, cause, amount, sentence, finding FROM findings
      UNION ALL
      SELECT form_id, 10000 + position, finding ->> 'rule', finding ->> 'stage', finding ->> 'severity',
             finding ->> 'cause', (finding ->> 'amount')::numeric, finding ->> 'sentence', finding
      FROM cross_findings) f
JOIN assessments a USING (form_id);
