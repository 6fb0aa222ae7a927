-- The parser's archive: originals, uploads, forms, and the unit register grown from them.

CREATE TABLE documents (
    id          text PRIMARY KEY,          -- SHA-256 of the bytes, hex
    content     bytea NOT NULL,
    media_type  text,
    first_seen  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE uploads (
    upload_id    uuid PRIMARY KEY,
    document_id  text NOT NULL REFERENCES documents,
    name         text NOT NULL,
    uploader     text,
    unit         text,
    year         text,
    uploaded_at  timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('read', 'no_form')),
    reason       text,
    forms        int NOT NULL,
    trace        text NOT NULL,
    read_at      timestamptz NOT NULL DEFAULT now()
);

-- A unit, by the key of its name as first met; an unknown name becomes a provisional unit.
CREATE TABLE units (
    key          text PRIMARY KEY,
    name         text NOT NULL,
    code         text UNIQUE,
    parent       text,
    provisional  boolean NOT NULL DEFAULT true
);

-- Every normalised name under which a unit has been met or registered.
CREATE TABLE unit_names (
    name  text PRIMARY KEY,
    unit  text NOT NULL REFERENCES units
);

CREATE TABLE forms (
    form_id         uuid PRIMARY KEY,
    upload_id       uuid NOT NULL REFERENCES uploads,
    document_id     text NOT NULL REFERENCES documents,
    ordinal         int NOT NULL,
    project         text NOT NULL,
    year            text,
    kind            text NOT NULL,
    unit            text NOT NULL,
    unit_name       text NOT NULL,
    project_name    text NOT NULL,
    code            text,
    parser_version  int NOT NULL,
    form            jsonb NOT NULL,
    parsed_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (upload_id, ordinal)
);
CREATE INDEX forms_project ON forms (project, year);

CREATE VIEW parser_views.documents AS
SELECT d.id, u.name, length(d.content) AS size, d.media_type, d.first_seen
FROM documents d
CROSS JOIN LATERAL (SELECT name FROM uploads WHERE document_id = d.id ORDER BY uploaded_at LIMIT 1) u;

CREATE VIEW parser_views.uploads AS
SELECT upload_id, document_id, name, uploader, unit, year, uploaded_at, state, reason, forms, trace, read_at AS ended_at
FROM uploads
UNION ALL
SELECT DISTINCT ON (cause) cause, headers ->> 'document_id', headers ->> 'name', headers ->> 'uploader', headers ->> 'unit',
       headers ->> 'year',
       CASE WHEN pg_input_is_valid(headers ->> 'ce_time', 'timestamptz')
            THEN (headers ->> 'ce_time')::timestamptz ELSE died_at END,
       'dead_lettered', reason, 0,
       split_part(headers ->> 'traceparent', '-', 2), died_at
FROM dead_letters d
WHERE cause IS NOT NULL AND NOT EXISTS (SELECT FROM uploads u WHERE u.upload_id = d.cause);

CREATE VIEW parser_views.forms AS
SELECT form_id, upload_id, document_id, ordinal, project, year, kind, unit, unit_name, project_name, code, form,
       parser_version, parsed_at
FROM forms;

CREATE VIEW parser_views.units AS
SELECT key, name, code, parent, provisional FROM units;

CREATE VIEW parser_views.dead_letters AS
SELECT topic, partition, "offset", cause, fault, reason, died_at FROM dead_letters;
