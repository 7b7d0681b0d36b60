-- The pictures of the products on the first lines of an order, by product; none where the shop told of
-- none. The products are a variable first: as an expression no index would be used under row security.
CREATE FUNCTION history.pictures_of(p_shop uuid, p_platform text, p_lines jsonb, p_most integer)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_products text[] := ARRAY(
        SELECT line.product_ref
        FROM jsonb_to_recordset(p_lines) AS line(product_ref text, picture_url text)
        WHERE line.picture_url IS NULL
        LIMIT p_most
    );
BEGIN
    RETURN (
        SELECT jsonb_object_agg(p.reference, p.picture_url) FROM history.products p
        WHERE p.shop_id = p_shop AND p.platform = p_platform AND p.reference = ANY (v_products)
            AND p.picture_url IS NOT NULL
    );
END $$;
