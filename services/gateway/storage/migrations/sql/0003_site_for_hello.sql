-- Finds the site a key names, before anything else of the shop is read, with what is in force of
-- it now; and whether the session, if one is named, has a conversation under way.
CREATE FUNCTION gateway.site_for_hello(p_shop uuid, p_site uuid, p_session uuid) RETURNS TABLE (
    key text, customer_secret text, origins text[], old_key text, old_secret text, closed boolean,
    under_way boolean
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY SELECT s.key, s.customer_secret, s.origins,
        CASE WHEN s.old_key_until > clock_timestamp() THEN s.old_key END,
        CASE WHEN s.old_secret_until > clock_timestamp() THEN s.old_secret END,
        s.closed_at IS NOT NULL,
        -- Asked of closed sites only: every other hello is let in without.
        s.closed_at IS NOT NULL AND EXISTS (SELECT FROM gateway.conversations c
            WHERE c.session_id = p_session AND c.status = 'open')
    FROM gateway.sites s WHERE s.id = p_site AND s.shop_id = p_shop;
END
$$;
