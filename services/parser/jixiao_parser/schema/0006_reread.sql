-- A reading that was asked for anew is no upload of its own when it dies; its headers name the upload that it is of.
CREATE OR REPLACE VIEW parser_views.uploads AS
SELECT upload_id, document_id, name, uploader, unit, year, uploaded_at, state, reason, forms, trace, read_at AS ended_at,
       accounts
FROM uploads
UNION ALL
SELECT DISTINCT ON (cause) cause, headers ->> 'document_id', headers ->> 'name', headers ->> 'uploader', headers ->> 'unit',
       headers ->> 'year',
       CASE WHEN pg_input_is_valid(headers ->> 'ce_time', 'timestamptz')
            THEN (headers ->> 'ce_time')::timestamptz ELSE died_at END,
       'dead_lettered', reason, 0,
       split_part(headers ->> 'traceparent', '-', 2), died_at, 0
FROM dead_letters d
WHERE cause IS NOT NULL AND NOT headers ? 'upload_id'
  AND NOT EXISTS (SELECT FROM uploads u WHERE u.upload_id = d.cause);
