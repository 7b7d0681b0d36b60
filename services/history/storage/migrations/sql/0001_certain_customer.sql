-- Finds or makes the customer of a verified identity. None when somebody else left the same
-- address unproven: whose it is needs evidence, not a guess.
CREATE FUNCTION history.certain_customer(
    p_shop uuid, p_kind text, p_value text, p_name text, p_fresh uuid
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_customer uuid;
BEGIN
    WITH fresh AS (
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        VALUES (p_shop, p_kind, p_value, p_fresh, true)
        ON CONFLICT (shop_id, kind, value) DO NOTHING
        RETURNING customer_id
    )
    INSERT INTO history.customers (shop_id, id, name, profile_at)
    SELECT p_shop, f.customer_id, p_name, '-infinity' FROM fresh f;

    SELECT i.customer_id INTO v_customer FROM history.identities i
    WHERE i.shop_id = p_shop AND i.kind = p_kind AND i.value = p_value AND i.verified;
    RETURN v_customer;
END $$;
