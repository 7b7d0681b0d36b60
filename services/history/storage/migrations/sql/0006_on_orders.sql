-- An order is found by its numbers, its note, its review and the names of its first 50 lines.
CREATE FUNCTION history.on_orders() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO history.searchable (shop_id, kind, id, at, words)
    SELECT n.shop_id, 'order', n.id, n.placed_at,
        to_tsvector('simple', history.plain(concat_ws(' ', n.reference, n.number, n.note,
            n.review_text, jsonb_path_query_array(n.lines, '$[0 to 49].title')::text)))
        || array_to_tsvector(ARRAY['~s' || n.shop_id, '~order'])
    FROM new_rows n
    ON CONFLICT (id, kind, shop_id) DO UPDATE SET at = excluded.at, words = excluded.words;
    RETURN NULL;
END $$;
