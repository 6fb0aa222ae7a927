-- Subscriptions with a scope of units, a rhythm and an owner's bound; test messages; files that come with commands.

ALTER TABLE subscriptions
    ADD COLUMN district    text,                               -- how a unit's name, or a project's code, begins
    ADD COLUMN bound       text,                               -- the unit of the token that made it; nothing outside is sent
    ADD COLUMN rhythm      text NOT NULL DEFAULT 'at_once' CHECK (rhythm IN ('at_once', 'daily', 'weekly')),
    ADD COLUMN hour        int CHECK (hour BETWEEN 0 AND 23),
    ADD COLUMN weekday     int CHECK (weekday BETWEEN 1 AND 7),
    ADD COLUMN link_only   boolean NOT NULL DEFAULT false,
    ADD COLUMN enabled_at  timestamptz,                        -- when a person switched it on again after it was disabled
    ADD CHECK ((rhythm = 'at_once') = (hour IS NULL)),
    ADD CHECK ((rhythm = 'weekly') = (weekday IS NOT NULL));

-- Until now unit was the beginning of a name; from now on it is the root of a subtree.
UPDATE subscriptions SET district = unit, unit = NULL WHERE unit IS NOT NULL;

-- secret is sealed with JIXIAO_SECRET_KEY from now on, see jixiao/runtime/secrets.py.
CREATE TABLE test_messages (
    id               uuid PRIMARY KEY,
    subscription_id  uuid NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    asked_at         timestamptz NOT NULL
);
CREATE INDEX test_messages_asked ON test_messages (asked_at);

CREATE TABLE attachments (
    document_id  text PRIMARY KEY,          -- SHA-256 of the bytes, hex
    content      bytea NOT NULL,
    kept_at      timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE VIEW gateway_views.subscriptions AS
SELECT id, subscriber, channel, target, secret, unit, project, rules,
       least_severity, least_amount, conditions, paused, created_at,
       district, bound, rhythm, hour, weekday, link_only, enabled_at
FROM subscriptions;

CREATE VIEW gateway_views.test_messages AS
SELECT id, subscription_id, asked_at FROM test_messages;
