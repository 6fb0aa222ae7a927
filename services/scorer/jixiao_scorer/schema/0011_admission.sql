-- Versions that were held, from outside or doubtful, count across forms as the alerts service rules on them.
ALTER TABLE forms ADD COLUMN admitted boolean;
COMMENT ON COLUMN forms.admitted IS 'the ruling on a version that was held; NULL: none was, or none is known yet';
UPDATE forms SET admitted = true WHERE adopted;
DROP INDEX forms_outside;
ALTER TABLE forms DROP COLUMN adopted;
CREATE INDEX forms_ruled ON forms (form_id) WHERE admitted IS NOT NULL;
