-- The unit that the uploader belongs to, as it came with the upload; NULL: the bureau, or not noted yet.
ALTER TABLE uploads ADD COLUMN bound text;
