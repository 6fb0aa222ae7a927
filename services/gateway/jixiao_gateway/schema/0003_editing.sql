-- Subscriptions can be edited; who edits names the revision that he had in view.
ALTER TABLE subscriptions ADD COLUMN revision int NOT NULL DEFAULT 1;
