-- The final accounts (部门决算) of an upload: forms of their own kind, told apart from the self-evaluation forms.
ALTER TABLE uploads ADD COLUMN accounts int NOT NULL DEFAULT 0;
COMMENT ON COLUMN uploads.forms IS 'self-evaluation forms';
COMMENT ON COLUMN uploads.accounts IS 'final accounts; they stand in forms too, kind accounts, ordinals from 0 down';

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
WHERE cause IS NOT NULL AND NOT EXISTS (SELECT FROM uploads u WHERE u.upload_id = d.cause);
