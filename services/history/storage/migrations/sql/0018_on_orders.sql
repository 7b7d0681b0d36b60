-- An order is found by its numbers, its note, its review and the names of its first 50 lines.
-- The text is made first: only then is `plain` put into the statement, and not called for each order.
-- Names are joined as text: the quotes of an array of them were most of the signs to be taken out.
CREATE OR REPLACE FUNCTION history.on_orders() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO history.searchable (shop_id, kind, id, at, words)
    SELECT n.shop_id, 'order', n.id, n.placed_at,
        to_tsvector('simple', history.plain(n.said))
        || array_to_tsvector(ARRAY['~s' || n.shop_id, '~order'])
    FROM (
        SELECT o.shop_id, o.id, o.placed_at, concat_ws(
            ' ', o.reference, o.number, o.note, o.review_text, (
                SELECT string_agg(title #>> '{}', ' ')
                FROM jsonb_path_query(o.lines, '$[0 to 49].title') AS title
            )
        ) AS said
        FROM new_rows o
        OFFSET 0
    ) n
    ON CONFLICT (id, kind, shop_id) DO UPDATE SET at = excluded.at, words = excluded.words;
    RETURN NULL;
END $$;
