-- An answer is found by its title, the ways in which it is asked for, and, with less weight, its text.
-- Its shop, kind and language are words of the index; the shop's is another one than that of contacts
-- and orders, so that neither is found with the other.
CREATE FUNCTION history.on_answers() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM history.searchable s USING new_rows n
    WHERE s.shop_id = n.shop_id AND s.kind = n.kind AND s.id = n.id AND n.removed_at IS NOT NULL;
    INSERT INTO history.searchable (shop_id, kind, id, at, words, text)
    SELECT n.shop_id, n.kind, n.id, n.changed_at,
        setweight(history.contact_words(n.shop_id, asked.text), 'A')
            || setweight(history.contact_words(n.shop_id, n.text), 'C')
            || array_to_tsvector(ARRAY['~q' || n.shop_id, '~' || n.kind, '~l' || n.language]),
        history.plain(asked.text)
    FROM new_rows n
    CROSS JOIN LATERAL (
        SELECT concat_ws(' ', n.title, n.key, array_to_string(n.phrasings, ' ')) AS text
    ) asked
    WHERE n.removed_at IS NULL
    ON CONFLICT (id, kind, shop_id) DO UPDATE SET
        at = excluded.at, words = excluded.words, text = excluded.text;
    RETURN NULL;
END $$;
