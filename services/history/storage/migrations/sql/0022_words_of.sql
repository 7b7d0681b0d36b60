-- The words of a contact: as they stand, and bent back to their stems by the rules of each language
-- that PostgreSQL has rules for. For Polish and Bulgarian it has none.
CREATE FUNCTION history.words_of(p_text text) RETURNS tsvector
LANGUAGE sql STABLE
AS $$
    SELECT to_tsvector('simple', history.plain(p_text))
        || to_tsvector('english', lower(p_text)) || to_tsvector('dutch', lower(p_text))
        || to_tsvector('portuguese', lower(p_text)) || to_tsvector('romanian', lower(p_text));
$$;
