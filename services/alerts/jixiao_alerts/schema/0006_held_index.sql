-- Who asks for the versions that were held does not read the others.
CREATE INDEX versions_held ON versions (form_id) WHERE held_by IS NOT NULL;
