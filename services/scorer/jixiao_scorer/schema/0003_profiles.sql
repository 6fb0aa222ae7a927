-- Profiles in use in the place of those that the package brings; the newest row of a name counts.
CREATE TABLE adopted_profiles (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    content     text NOT NULL,
    hash        text NOT NULL,
    adopted_by  text NOT NULL,
    adopted_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN adopted_profiles.content IS 'the TOML text as it was written';

CREATE VIEW scorer_views.adopted_profiles AS SELECT id, name, content, hash, adopted_by, adopted_at FROM adopted_profiles;
