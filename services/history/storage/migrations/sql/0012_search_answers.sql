-- Finds a shop's answers of a kind, the best first; p_language: of one language alone. Those that have
-- every word, as it stands or begun, come first; a whole question has words that no answer has, so then
-- those with any word that means something, by how many and where they stand; and if none has, those
-- that are asked for by words alike. Runs as the owner for the reason that `search` gives.
CREATE FUNCTION history.search_answers(
    p_shop uuid, p_kind text, p_language text, p_query text, p_typed text, p_limit integer
) RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET "pg_trgm.word_similarity_threshold" = 0.5
AS $$
DECLARE
    v_scope tsquery := array_to_string(ARRAY(
        SELECT quote_literal(w) FROM unnest(
            ARRAY['~q' || p_shop, '~' || p_kind, '~l' || p_language]) w WHERE w IS NOT NULL
    ), ' & ')::tsquery;
    v_plain text := history.plain(p_typed);
    v_all tsquery := to_tsquery(
        'simple', public.unaccent('public.unaccent', normalize(p_query, NFKC)));
    v_any tsquery := history.any_of('simple', (
            SELECT string_agg(w, ' ') FROM unnest(string_to_array(v_plain, ' ')) w
            WHERE length(w) > 3))
        || history.any_of('english', p_typed) || history.any_of('dutch', p_typed)
        || history.any_of('portuguese', p_typed) || history.any_of('romanian', p_typed);
BEGIN
    RETURN QUERY
        SELECT s.id FROM history.searchable s
        WHERE s.words @@ (v_scope && (v_all || coalesce(v_any, v_all))) AND s.shop_id = p_shop
        ORDER BY s.words @@ v_all DESC, ts_rank(s.words, v_all || coalesce(v_any, v_all)) DESC,
            s.id
        LIMIT p_limit;
    IF NOT FOUND THEN
        RETURN QUERY
            SELECT s.id FROM history.searchable s
            WHERE s.text OPERATOR(public.%>) v_plain AND s.words @@ v_scope AND s.shop_id = p_shop
            ORDER BY public.word_similarity(v_plain, s.text) DESC, s.id
            LIMIT p_limit;
    END IF;
END $$;
