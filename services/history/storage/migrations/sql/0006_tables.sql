CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- What an agent says a conversation was about; nobody else knows.
ALTER TABLE history.contacts
    ADD COLUMN topic text,
    ADD COLUMN summary text;

-- What contacts and orders are found by. The shop is one of the words: one question of the index answers
-- whose rows they are. `text` is there for contacts alone, for words that are spelt or bent another way.
CREATE TABLE history.searchable (
    shop_id uuid NOT NULL,
    kind text NOT NULL, -- contact, order
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    words tsvector NOT NULL,
    text text,
    PRIMARY KEY (id, kind, shop_id)
);

CREATE INDEX searchable_words ON history.searchable USING gin (words);

CREATE INDEX searchable_text ON history.searchable USING gin (text public.gin_trgm_ops)
    WHERE text IS NOT NULL;
