-- Answers that are ready, as they stand now; what each was before is in answer_versions.
CREATE TABLE history.answers (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL, -- faq, canned_reply
    key text NOT NULL, -- the same in every language
    language text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    phrasings text[] NOT NULL, -- other ways in which it is asked for
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (id, shop_id)
);

-- One answer of a key and a language is in force.
CREATE UNIQUE INDEX answers_in_force ON history.answers (key, language, kind, shop_id)
    WHERE removed_at IS NULL;

CREATE INDEX answers_listed ON history.answers (shop_id, kind, id DESC);

-- Every version that ever was, with who made it and when; added to and read, and nothing else.
CREATE TABLE history.answer_versions (
    shop_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    phrasings text[] NOT NULL,
    removed boolean NOT NULL,
    restored_from integer,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (answer_id, version, shop_id),
    FOREIGN KEY (answer_id, shop_id) REFERENCES history.answers (id, shop_id)
)
