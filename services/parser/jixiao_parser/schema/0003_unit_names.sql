-- The names under which units are known, for those who look a unit up.
CREATE VIEW parser_views.unit_names AS
SELECT name, unit FROM unit_names;
