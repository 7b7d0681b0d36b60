-- Finds contacts and orders of a shop, newest first, and no answers, which stand beside them. Under row security `@@` and `%>` never use their
-- index (they are not leakproof), so this runs as the owner, who has a policy of its own on this one
-- table; the shop is part of what the index is asked. Every word has to be there: as it stands or begun,
-- or in another form that some language's rules know. Only when nothing is found so, contacts whose
-- words are all alike ones are looked for.
CREATE OR REPLACE FUNCTION history.search(p_shop uuid, p_query text, p_typed text, p_limit integer)
RETURNS TABLE (kind text, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET "pg_trgm.word_similarity_threshold" = 0.5
AS $$
DECLARE
    v_shop tsquery := quote_literal('~s' || p_shop)::tsquery;
    v_query tsquery := to_tsquery(
        'simple', public.unaccent('public.unaccent', normalize(p_query, NFKC))
    )
        || plainto_tsquery('english', p_typed) || plainto_tsquery('dutch', p_typed)
        || plainto_tsquery('portuguese', p_typed) || plainto_tsquery('romanian', p_typed);
    v_words text[] := string_to_array(history.plain(p_typed), ' ');
    v_longest text := (SELECT w FROM unnest(v_words) w ORDER BY length(w) DESC LIMIT 1);
BEGIN
    RETURN QUERY
        SELECT s.kind, s.id FROM history.searchable s
        WHERE s.words @@ (v_shop && v_query) AND s.shop_id = p_shop
            AND s.kind IN ('contact', 'order')
        ORDER BY s.at DESC, s.id DESC LIMIT p_limit;
    IF NOT FOUND THEN
        RETURN QUERY
            SELECT s.kind, s.id FROM history.searchable s
            WHERE s.text OPERATOR(public.%>) v_longest AND s.shop_id = p_shop
                AND s.kind = 'contact'
                AND (SELECT bool_and(s.text OPERATOR(public.%>) w) FROM unnest(v_words) w)
            ORDER BY public.word_similarity(v_longest, s.text) DESC, s.at DESC
            LIMIT p_limit;
    END IF;
END $$;
