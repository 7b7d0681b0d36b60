-- Returns a shop's words as the index has them. A word may have 2,046 bytes with its tag, and is asked for by its first 64
-- characters at most.
CREATE FUNCTION history.tagged(p_shop uuid, p_words tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(ARRAY(
    SELECT history.tag_of(p_shop) || left(word, 500) FROM unnest(tsvector_to_array(p_words)) word
));
