-- Who the shop means by its own customer id; the caller has set the scope.
CREATE FUNCTION history.shop_customer(p_shop uuid, p_shop_ref text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY INVOKER
AS $$
BEGIN
    RETURN (
        SELECT i.customer_id FROM history.identities i
        WHERE i.shop_id = p_shop AND i.kind = 'shop_customer' AND i.value = p_shop_ref
    );
END $$;
