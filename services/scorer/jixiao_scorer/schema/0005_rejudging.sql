-- What is stored is judged again when another profile or another release's rules take effect.

-- The release whose rules are in force for what is stored: the newest row, written after its effect was seen.
CREATE TABLE adopted_rules (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rules_version  int NOT NULL,
    profiles       text NOT NULL,
    adopted_by     text NOT NULL,
    adopted_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN adopted_rules.profiles IS 'hash of the profiles that the release brings';

-- Decisions that no message caused, so that a process can tell what another one decided and died.
CREATE TABLE judged_again (
    cause      uuid PRIMARY KEY,
    unit       text NOT NULL,
    forms      int NOT NULL,
    judged_at  timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE forms ADD COLUMN layout text NOT NULL GENERATED ALWAYS AS (coalesce(form ->> 'layout', 'shenzhen')) STORED;
COMMENT ON COLUMN forms.layout IS 'what chooses the profile; left out of the form where it is the default';

COMMENT ON COLUMN assessments.assessment IS 'how often the form was judged anew: because of other forms, or under other rules';
COMMENT ON COLUMN assessments.scored_at IS 'when the form was first judged';
