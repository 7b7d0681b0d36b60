-- Finds contacts and orders of a shop, newest first, and no answers, which stand beside them. Under row
-- security `@@` and `%>` never use their index (they are not leakproof), so this runs as the owner, who
-- has a policy of its own on this one table; the words that the index is asked for are the shop's alone.
-- Every word has to be there: as it stands or begun, or in another form that some language's rules
-- know. When nothing is found so, contacts are looked for that have all words but one, and one that is
-- like it: which is asked of the few that have the others. Only when nothing of the shop has all words
-- but one, each is looked for by what is like it, in all texts of the shop, which costs the most by far.
CREATE OR REPLACE FUNCTION history.search(p_shop uuid, p_query text, p_typed text, p_limit integer)
RETURNS TABLE (kind text, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET "pg_trgm.word_similarity_threshold" = 0.5
AS $$
DECLARE
    c_looked_at CONSTANT integer := 2000;  -- contacts that have all words but one
    v_query tsquery := history.asked_for(p_shop, p_query, p_typed);
    v_words text[];
    v_plain text[];
    v_others tsquery[];  -- of each word, what asks for all others
    v_all_but_one tsquery;
    v_near uuid[];
    v_longest text;
BEGIN
    RETURN QUERY
        SELECT s.kind, s.id FROM history.searchable s
        WHERE s.words @@ v_query AND s.shop_id = p_shop
            AND s.kind IN ('contact', 'order')
        ORDER BY s.at DESC, s.id DESC LIMIT p_limit;
    IF FOUND THEN
        RETURN;
    END IF;
    v_words := ARRAY(SELECT DISTINCT w FROM unnest(string_to_array(p_typed, ' ')) w);
    v_plain := ARRAY(SELECT history.plain(w) FROM unnest(v_words) w);
    IF cardinality(v_words) > 1 THEN
        v_others := ARRAY(
            SELECT (
                SELECT string_agg(
                    '(' || history.asked_for(p_shop, quote_literal(other.w) || ':*', other.w)::text
                        || ')',
                    ' & '
                )::tsquery
                FROM unnest(v_words) WITH ORDINALITY other(w, place)
                WHERE other.place <> one.place
            )
            FROM unnest(v_words) WITH ORDINALITY one(w, place) ORDER BY one.place
        );
        v_all_but_one := (
            SELECT string_agg('(' || o::text || ')', ' | ')::tsquery FROM unnest(v_others) o
        );
        v_near := ARRAY(
            SELECT s.id FROM history.searchable s
            WHERE s.words @@ v_all_but_one AND s.shop_id = p_shop
                AND s.kind = 'contact'
            LIMIT c_looked_at
        );
        RETURN QUERY
            SELECT s.kind, s.id FROM unnest(v_near) near(contact_id)
            JOIN history.searchable s
                ON s.id = near.contact_id AND s.kind = 'contact' AND s.shop_id = p_shop
            CROSS JOIN LATERAL (
                SELECT max(public.word_similarity(v_plain[i], s.text)) AS alike
                FROM generate_subscripts(v_plain, 1) i
                WHERE s.text OPERATOR(public.%>) v_plain[i] AND s.words @@ v_others[i]
            ) best
            WHERE best.alike IS NOT NULL
            ORDER BY best.alike DESC, s.at DESC LIMIT p_limit;
        IF FOUND OR cardinality(v_near) > 0 THEN
            RETURN;
        END IF;
    END IF;
    v_longest := (SELECT w FROM unnest(v_plain) w ORDER BY length(w) DESC LIMIT 1);
    RETURN QUERY
        SELECT s.kind, s.id FROM history.searchable s
        WHERE s.text OPERATOR(public.%>) v_longest AND s.shop_id = p_shop
            AND s.kind = 'contact'
            AND (SELECT bool_and(s.text OPERATOR(public.%>) w) FROM unnest(v_plain) w)
        ORDER BY public.word_similarity(v_longest, s.text) DESC, s.at DESC
        LIMIT p_limit;
END $$;
