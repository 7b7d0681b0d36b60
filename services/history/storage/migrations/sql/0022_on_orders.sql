-- An order is found by its numbers, its note, its review and the names of its first 50 lines.
-- Names are taken as the JSON they stand in, whose signs are taken out with all others; only where a sign
-- of theirs is escaped are they read one by one. Short texts of ASCII alone are cut into words where they
-- have no letter or digit, which is what the parser does for three times the time, but for 5e5a, of which
-- it makes a number and a rest. Each word has the shop's tag before it, which stands alone after the last
-- one where signs follow. Texts are made first: `plain` is put into a statement for ready ones alone.
CREATE OR REPLACE FUNCTION history.on_orders() RETURNS trigger
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM history.searchable s
        WHERE s.id = ANY (ARRAY(SELECT n.id FROM new_rows n)) AND s.kind = 'order'
            AND s.shop_id = ANY (ARRAY(SELECT DISTINCT n.shop_id FROM new_rows n));
    END IF;
    INSERT INTO history.searchable (shop_id, kind, id, at, words)
    SELECT told.shop_id, 'order', told.id, told.placed_at, CASE
        WHEN octet_length(told.said) = char_length(told.said) AND octet_length(told.said) < 2000
            AND told.said !~ '[0-9]e[0-9]'
        THEN regexp_replace(
            rtrim(told.said, ' "]'), '[^a-z0-9]+', ' ' || history.tag_of(told.shop_id), 'g'
        )::tsvector
        ELSE history.tagged(told.shop_id, to_tsvector('simple', history.plain(told.said)))
        END
    FROM (
        SELECT n.shop_id, n.id, n.placed_at, lower(' ' || n.own || ' ' || CASE
            WHEN strpos(n.titles, '\') = 0 THEN n.titles
            ELSE (
                SELECT string_agg(title #>> '{}', ' ')
                FROM jsonb_path_query(n.lines, '$[0 to 49].title') AS title
            ) END) AS said
        FROM (
            SELECT o.shop_id, o.id, o.placed_at, o.lines,
                concat_ws(' ', o.reference, o.number, o.note, o.review_text) AS own,
                jsonb_path_query_array(o.lines, '$[0 to 49].title')::text AS titles
            FROM new_rows o
            OFFSET 0
        ) n
        OFFSET 0
    ) told;
    RETURN NULL;
END $$;
