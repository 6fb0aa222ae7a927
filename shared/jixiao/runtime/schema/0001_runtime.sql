-- What the consume loop of a service keeps, in that service's own schema.

-- One row a cause (the id of an event that came in): the decision was taken, its events stand in outgoing.
CREATE TABLE decisions (
    cause       uuid PRIMARY KEY,
    decided_at  timestamptz NOT NULL DEFAULT now(),
    sent_at     timestamptz
);
CREATE INDEX decisions_unsent ON decisions (decided_at) WHERE sent_at IS NULL;

CREATE TABLE outgoing (
    cause     uuid NOT NULL REFERENCES decisions ON DELETE CASCADE,
    position  int NOT NULL,
    topic     text NOT NULL,
    key       text NOT NULL,
    headers   jsonb NOT NULL,
    value     bytea NOT NULL,
    PRIMARY KEY (cause, position)
);

-- How often a message met a fault that nobody knows.
CREATE TABLE faults (
    topic           text NOT NULL,
    partition       int NOT NULL,
    "offset"        bigint NOT NULL,
    consumer_group  text NOT NULL,
    times           int NOT NULL,
    last_fault      text NOT NULL,
    last_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset", consumer_group)
);

-- A dead letter is this row first, then the copy on the topic's .dlt.
CREATE TABLE dead_letters (
    topic           text NOT NULL,
    partition       int NOT NULL,
    "offset"        bigint NOT NULL,
    consumer_group  text NOT NULL,
    cause           uuid,
    fault           text NOT NULL,
    reason          text NOT NULL,
    stack           text,
    headers         jsonb NOT NULL,
    died_at         timestamptz NOT NULL DEFAULT now(),
    copied_at       timestamptz,
    PRIMARY KEY (topic, partition, "offset", consumer_group)
);
CREATE INDEX dead_letters_cause ON dead_letters (cause);

-- The breaker: a row while the service is paused; an operator resumes it by filling resumed_at.
CREATE TABLE pauses (
    id          bigserial PRIMARY KEY,
    paused_at   timestamptz NOT NULL DEFAULT now(),
    reason      text NOT NULL,
    resumed_at  timestamptz
);
