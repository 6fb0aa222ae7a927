-- The names of one unit, asked for each of its forms, and how many forms it has.
CREATE INDEX unit_names_unit ON unit_names (unit);
CREATE INDEX forms_unit ON forms (unit);
