-- What a shop's engine was told, written behind its commits: a decision is made again from it. The
-- pieces of one token and number are one run: part 0 says what stood, the others go on from there.
CREATE TABLE router.journals (
    shop_id uuid NOT NULL REFERENCES router.shops,
    -- The lease's, under which they were told.
    token bigint NOT NULL,
    number int NOT NULL,
    part int NOT NULL,
    -- The instants of the first and the last command.
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    -- Both compressed; see storage/journal_forms.py.
    standing bytea,
    entries bytea NOT NULL,
    PRIMARY KEY (shop_id, token, number, part)
);

ALTER TABLE router.journals
    ALTER COLUMN standing SET STORAGE EXTERNAL, ALTER COLUMN entries SET STORAGE EXTERNAL;

CREATE INDEX journals_by_time ON router.journals (shop_id, last_at);

-- How often the shop's journals were erased: what was noted before is not written after.
ALTER TABLE router.shops ADD COLUMN journal_epoch int NOT NULL DEFAULT 0
