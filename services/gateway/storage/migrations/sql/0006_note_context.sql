-- Keeps the latest page, language and cart of sessions of at most 8 shops, one row a session. What a
-- row does not tell of stays as it is.
CREATE FUNCTION gateway.note_context(
    p_shop uuid[], p_session uuid[], p_page_url text[], p_locale text[], p_cart jsonb[]
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', array_to_string(
        ARRAY(SELECT DISTINCT unnest(p_shop)), ','), true);
    UPDATE gateway.sessions s SET
        page_url = coalesce(n.page_url, s.page_url), locale = coalesce(n.locale, s.locale),
        cart = coalesce(n.cart, s.cart), context_at = clock_timestamp()
    FROM (
        SELECT * FROM unnest(p_shop, p_session, p_page_url, p_locale, p_cart)
            AS u (shop, session, page_url, locale, cart)
        ORDER BY u.session) AS n
    WHERE s.id = n.session AND s.shop_id = n.shop;
END
$$;
