-- The same forms as before; the assessments are asked by their key, not all read for each question.
CREATE OR REPLACE VIEW scorer_views.dead_forms AS
SELECT DISTINCT ON (d.form_id) d.form_id, d.upload_id, d.ordinal, d.reason, d.died_at
FROM (SELECT CASE WHEN pg_input_is_valid(headers ->> 'form_id', 'uuid') THEN (headers ->> 'form_id')::uuid END AS form_id,
             CASE WHEN pg_input_is_valid(headers ->> 'upload_id', 'uuid') THEN (headers ->> 'upload_id')::uuid END AS upload_id,
             CASE WHEN pg_input_is_valid(headers ->> 'ordinal', 'int') THEN (headers ->> 'ordinal')::int END AS ordinal,
             reason, died_at
      FROM dead_letters) d
WHERE d.form_id IS NOT NULL AND d.upload_id IS NOT NULL AND d.ordinal IS NOT NULL
  AND NOT EXISTS (SELECT FROM assessments a WHERE a.form_id = d.form_id);
