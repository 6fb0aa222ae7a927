-- Which provisional unit people have merged into which other one; keys as in the parser's register.
CREATE TABLE unit_merges (
    unit       text PRIMARY KEY,
    into_unit  text NOT NULL CHECK (into_unit <> unit),
    merged_by  text NOT NULL,
    merged_at  timestamptz NOT NULL
);

-- Where each merged unit has come to in the end: a unit may be merged into one that is merged later.
CREATE VIEW gateway_views.unit_merges AS
WITH RECURSIVE way AS (
    SELECT unit, into_unit FROM unit_merges
    UNION
    SELECT way.unit, further.into_unit FROM way JOIN unit_merges further ON further.unit = way.into_unit
)
SELECT unit, into_unit FROM way WHERE NOT EXISTS (SELECT FROM unit_merges m WHERE m.unit = way.into_unit);
