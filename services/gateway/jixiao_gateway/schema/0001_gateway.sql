-- The gateway's own tables; search_path is the schema gateway.

-- Every upload that was answered with 202. Written after the answer, so a row may be missing for a while.
CREATE TABLE uploads (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    size         bigint NOT NULL,
    media_type   text NOT NULL,
    uploader     text NOT NULL,
    unit         text,
    year         text,
    document_id  text NOT NULL,
    uploaded_at  timestamptz NOT NULL
);
CREATE INDEX uploads_newest ON uploads (uploaded_at DESC, id DESC);
CREATE INDEX uploads_document ON uploads (document_id);

-- The live log: what the pages and GET /api/v1/events show. seq order is commit order (inserts hold a lock).
CREATE TABLE events (
    seq        bigserial PRIMARY KEY,
    event_id   uuid NOT NULL UNIQUE,
    type       text NOT NULL,
    at         timestamptz NOT NULL,
    upload_id  uuid,
    data       jsonb NOT NULL
);
CREATE INDEX events_upload ON events (upload_id, type);
CREATE INDEX events_at ON events (at);

-- null in a filter means: everything.
CREATE TABLE subscriptions (
    id              uuid PRIMARY KEY,
    subscriber      text NOT NULL,
    channel         text NOT NULL,
    target          text NOT NULL,
    secret          text NOT NULL,
    unit            text,
    project         text,
    rules           text[],
    least_severity  text NOT NULL,
    least_amount    numeric,
    conditions      text[] NOT NULL,
    paused          boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE VIEW gateway_views.subscriptions AS
SELECT id, subscriber, channel, target, secret, unit, project, rules,
       least_severity, least_amount, conditions, paused, created_at
FROM subscriptions;
