-- Under which codes and names a project has been met: a code that misses a known one by a digit is the same project.
CREATE TABLE projects (
    id       bigserial PRIMARY KEY,
    project  text NOT NULL,
    unit     text NOT NULL,
    name     text NOT NULL,
    code     text,
    UNIQUE NULLS NOT DISTINCT (project, unit, name, code)
);
CREATE INDEX projects_name ON projects (unit, name);
CREATE INDEX uploads_order ON uploads (uploaded_at, upload_id);
