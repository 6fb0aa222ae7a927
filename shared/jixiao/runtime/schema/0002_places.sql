-- A topic that was lost and made anew counts its offsets from 0 again: the time of a message tells it from the old one
-- that had its place. 0 where it was not noted yet.
ALTER TABLE faults ADD COLUMN timestamp_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE faults DROP CONSTRAINT faults_pkey,
    ADD PRIMARY KEY (topic, partition, "offset", consumer_group, timestamp_ms);
ALTER TABLE dead_letters ADD COLUMN timestamp_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_pkey,
    ADD PRIMARY KEY (topic, partition, "offset", consumer_group, timestamp_ms);
