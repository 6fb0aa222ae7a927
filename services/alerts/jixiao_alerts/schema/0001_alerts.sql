-- Warnings: the facts and commands they are folded from, their state and history, what is to be sent and was sent.

-- One row a scored form; its findings are the fact.
CREATE TABLE versions (
    form_id        uuid PRIMARY KEY,
    identity_key   text NOT NULL,
    project        text NOT NULL,
    year           text,
    kind           text NOT NULL,
    upload_id      uuid NOT NULL,
    uploaded_at    timestamptz NOT NULL,
    document_id    text NOT NULL,
    ordinal        int NOT NULL,
    identity       jsonb NOT NULL,
    findings       jsonb NOT NULL,
    rules_version  int NOT NULL,
    profile_hash   text NOT NULL,
    UNIQUE (upload_id, ordinal)
);
CREATE INDEX versions_identity ON versions (identity_key);

-- What people wanted done; the fold decides what came of it.
CREATE TABLE commands (
    command_id    uuid PRIMARY KEY,
    alert_id      uuid NOT NULL,
    identity_key  text NOT NULL,
    handling      text NOT NULL,
    given_by      text NOT NULL,
    given_at      timestamptz NOT NULL,
    command       jsonb NOT NULL
);
CREATE INDEX commands_identity ON commands (identity_key);
CREATE INDEX commands_alert ON commands (alert_id, given_at);

-- The state of every alert: state is what the fold gave, the columns beside it are for lists.
CREATE TABLE alerts (
    alert_id      uuid PRIMARY KEY,
    identity_key  text NOT NULL,
    project       text NOT NULL,
    year          text,
    kind          text NOT NULL,
    unit          text NOT NULL,
    unit_name     text NOT NULL,
    project_name  text NOT NULL,
    rule          text NOT NULL,
    stage         text NOT NULL,
    severity      text NOT NULL,
    condition     text NOT NULL,
    handling      text NOT NULL,
    deadline      timestamptz,
    sentence      text NOT NULL,
    stated        text,
    computed      text,
    amount        numeric,
    is_doubt      boolean NOT NULL,
    follows       text,
    form_id       uuid NOT NULL REFERENCES versions,
    upload_id     uuid NOT NULL,
    state         jsonb NOT NULL,
    changed_at    timestamptz NOT NULL
);
CREATE INDEX alerts_identity ON alerts (identity_key);
CREATE INDEX alerts_form ON alerts (form_id);
CREATE INDEX alerts_changed ON alerts (changed_at, alert_id);

-- The whole history: every alerts.changed event.
CREATE TABLE alert_changes (
    event_id    uuid PRIMARY KEY,
    alert_id    uuid NOT NULL,
    change      jsonb NOT NULL,
    changed_at  timestamptz NOT NULL
);
CREATE INDEX alert_changes_alert ON alert_changes (alert_id, changed_at);

-- Every message to be sent, written in the transaction that changed the alert; a repeat sends the same body.
CREATE TABLE deliveries (
    delivery_id      uuid PRIMARY KEY,
    event_id         uuid NOT NULL REFERENCES alert_changes,
    subscription_id  uuid NOT NULL,
    alert_id         uuid NOT NULL,
    channel          text NOT NULL,
    target           text NOT NULL,
    body             bytea NOT NULL,
    state            text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts         int NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz NOT NULL,
    created_at       timestamptz NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (target, next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_subscription ON deliveries (subscription_id, created_at);

-- The ledger: each attempt with its answer.
CREATE TABLE attempts (
    delivery_id  uuid NOT NULL REFERENCES deliveries,
    number       int NOT NULL,
    at           timestamptz NOT NULL,
    outcome      text NOT NULL,
    detail       text NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

CREATE VIEW alerts_views.alerts AS
SELECT alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage, severity, condition,
       handling, deadline, sentence, stated, computed, amount, is_doubt, follows, form_id, upload_id,
       state -> 'finding' AS finding, changed_at
FROM alerts;

CREATE VIEW alerts_views.alert_changes AS
SELECT event_id, alert_id, change, changed_at FROM alert_changes;

CREATE VIEW alerts_views.commands AS
SELECT command_id, alert_id, handling, given_by, given_at, command FROM commands;

CREATE VIEW alerts_views.deliveries AS
SELECT delivery_id, subscription_id, alert_id, event_id, channel, state, attempts, next_attempt_at, created_at
FROM deliveries;

CREATE VIEW alerts_views.attempts AS
SELECT delivery_id, number, at, outcome, detail FROM attempts;

CREATE VIEW alerts_views.dead_letters AS
SELECT topic, partition, "offset", cause, fault, reason, died_at FROM dead_letters;
