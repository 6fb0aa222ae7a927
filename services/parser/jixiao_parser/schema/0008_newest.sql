-- The newest forms first, without reading all of them.
CREATE INDEX forms_newest ON forms (parsed_at, form_id);
