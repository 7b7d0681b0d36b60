-- Finds the site a key names, before anything else of the shop is read.
CREATE FUNCTION gateway.find_site(p_shop uuid, p_site uuid) RETURNS TABLE (
    key text, customer_secret text, origins text[]
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY SELECT s.key, s.customer_secret, s.origins FROM gateway.sites s
    WHERE s.id = p_site AND s.shop_id = p_shop;
END
$$;
