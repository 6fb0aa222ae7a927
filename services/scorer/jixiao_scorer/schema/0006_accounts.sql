-- Final accounts (部门决算) beside the forms that their text speaks of.
ALTER TABLE forms ADD COLUMN departments text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN forms.departments IS 'the names under which the department of the form is known, as compared';
CREATE INDEX forms_departments ON forms USING gin (departments);

UPDATE forms SET departments = array_remove(ARRAY[
    unit,
    regexp_replace(regexp_replace(form #>> '{unit,text}', '[\s[:punct:]（）]', '', 'g'), '本级$', ''),
    regexp_replace(regexp_replace(form #>> '{budget_unit,text}', '[\s[:punct:]（）]', '', 'g'), '本级$', '')
], NULL);
ALTER TABLE forms ALTER COLUMN departments DROP DEFAULT;
