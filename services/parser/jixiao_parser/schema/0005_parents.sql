-- The unit above a unit, also where it is called by another of its names.
CREATE OR REPLACE VIEW parser_views.units AS
SELECT u.key, u.name, u.code, nullif(coalesce(n.unit, u.parent), u.key) AS parent, u.provisional
FROM units u LEFT JOIN unit_names n ON n.name = u.parent;
