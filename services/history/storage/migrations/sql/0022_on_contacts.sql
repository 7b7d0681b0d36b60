CREATE OR REPLACE FUNCTION history.on_contacts() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO history.searchable (shop_id, kind, id, at, words, text)
    SELECT n.shop_id, 'contact', n.id, n.ended_at,
        history.tagged(n.shop_id, history.words_of(said.text)), history.plain(said.text)
    FROM new_rows n
    CROSS JOIN LATERAL (
        SELECT concat_ws(' ', n.first_words, n.last_words, n.topic, n.summary, n.reference) AS text
    ) said
    ON CONFLICT (id, kind, shop_id) DO UPDATE SET
        at = excluded.at, words = excluded.words, text = excluded.text;
    RETURN NULL;
END $$;
