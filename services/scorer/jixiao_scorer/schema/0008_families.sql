-- The forms of a project, and those of a name, are found without reading every form of the unit.
CREATE INDEX forms_unit_name ON forms (unit, project_name);
CREATE INDEX forms_unit_project ON forms (unit, project);
DROP INDEX forms_unit;
