-- Takes the addresses of some orders' customers; p_fresh and p_known say who each of the shop's own ids
-- is, those who are new by this batch apart: of them nothing can be there yet. An address that the shop has seen proven is an identity; if it is another customer's already, both are one person, and
-- the address is the evidence. Any other was only typed at a checkout: kept as a mention, opens no card.
CREATE FUNCTION history.link_customers(
    p_shop uuid, p_orders history.told_order[], p_fresh jsonb, p_known jsonb
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_ids jsonb := p_fresh || p_known;
    v_given record;
    v_owner uuid;
BEGIN
    INSERT INTO history.mentions (shop_id, kind, value, customer_id)
    SELECT DISTINCT p_shop, t.kind, t.value, (p_fresh ->> d.shop_ref)::uuid
    FROM unnest(p_orders) AS d
    CROSS JOIN LATERAL (VALUES ('email', d.email_key), ('phone', d.phone_key)) AS t(kind, value)
    WHERE t.value IS NOT NULL AND p_fresh ? d.shop_ref;

    IF p_known <> '{}' THEN
        INSERT INTO history.mentions (shop_id, kind, value, customer_id)
        SELECT DISTINCT p_shop, t.kind, t.value, (p_known ->> d.shop_ref)::uuid
        FROM unnest(p_orders) AS d
        CROSS JOIN LATERAL (VALUES ('email', d.email_key), ('phone', d.phone_key)) AS t(kind, value)
        WHERE t.value IS NOT NULL AND p_known ? d.shop_ref
        ORDER BY 3, 2, 4
        ON CONFLICT (shop_id, kind, value, customer_id) DO NOTHING;
    END IF;

    FOR v_given IN
        SELECT DISTINCT ON (t.kind, t.value, d.shop_ref) t.kind, t.value,
            (v_ids ->> d.shop_ref)::uuid AS customer_id, t.merge_id
        FROM unnest(p_orders) AS d
        CROSS JOIN LATERAL (VALUES
            ('email', d.email_key, d.email_verified, d.merge_id),
            ('phone', d.phone_key, d.phone_verified, d.phone_merge_id)
        ) AS t(kind, value, verified, merge_id)
        WHERE t.value IS NOT NULL AND t.verified
        ORDER BY t.kind, t.value, d.shop_ref
    LOOP
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        VALUES (p_shop, v_given.kind, v_given.value, v_given.customer_id, true)
        ON CONFLICT (shop_id, kind, value) DO NOTHING;
        SELECT i.customer_id INTO v_owner FROM history.identities i
        WHERE i.shop_id = p_shop AND i.kind = v_given.kind AND i.value = v_given.value;
        PERFORM history.merge_customers(
            p_shop, v_given.merge_id, v_owner, v_given.customer_id, 'verified_address',
            v_given.kind, v_given.value, NULL, clock_timestamp(), NULL
        );
    END LOOP;
END $$;
