-- One message for many changes, digests, channels beside the webhook, targets that fail for long.

-- The body is written once, when the message goes out for the first time; until then changes may join it.
ALTER TABLE deliveries
    ALTER COLUMN event_id DROP NOT NULL,
    ALTER COLUMN alert_id DROP NOT NULL,
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN kind text NOT NULL DEFAULT 'changes' CHECK (kind IN ('changes', 'test', 'notice')),
    ADD COLUMN group_key text,
    ADD COLUMN sealed_at timestamptz,
    ADD COLUMN last_attempt_at timestamptz;
CREATE UNIQUE INDEX deliveries_open ON deliveries (subscription_id, group_key) WHERE body IS NULL AND state = 'pending';
CREATE INDEX deliveries_paced ON deliveries (target, last_attempt_at) WHERE channel <> 'webhook';

-- The changes that a message tells.
CREATE TABLE delivery_changes (
    delivery_id  uuid NOT NULL REFERENCES deliveries,
    event_id     uuid NOT NULL REFERENCES alert_changes,
    PRIMARY KEY (delivery_id, event_id)
);
CREATE INDEX delivery_changes_event ON delivery_changes (event_id);
INSERT INTO delivery_changes (delivery_id, event_id) SELECT delivery_id, event_id FROM deliveries;
UPDATE deliveries SET sealed_at = created_at;

-- How a subscription's target has fared since it last took a message.
CREATE TABLE targets (
    subscription_id  uuid PRIMARY KEY,
    failing_since    timestamptz NOT NULL,
    failures         int NOT NULL,
    disabled_at      timestamptz,
    reason           text NOT NULL
);

CREATE VIEW alerts_views.delivery_changes AS
SELECT d.delivery_id, d.event_id, c.alert_id FROM delivery_changes d JOIN alert_changes c USING (event_id);

CREATE VIEW alerts_views.targets AS
SELECT subscription_id, failing_since, failures, disabled_at, reason FROM targets;

CREATE OR REPLACE VIEW alerts_views.deliveries AS
SELECT delivery_id, subscription_id, alert_id, event_id, channel, state, attempts, next_attempt_at, created_at,
       kind, sealed_at
FROM deliveries;
