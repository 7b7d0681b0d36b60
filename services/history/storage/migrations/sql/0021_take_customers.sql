-- Makes or mends the customers of some orders and returns who each of the shop's own ids is. What the
-- newest order says of a person holds. Ids are looked up once each: asked for again on every row of a
-- join they were most of what taking a batch cost.
CREATE OR REPLACE FUNCTION history.take_customers(p_shop uuid, p_orders history.told_order[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_fresh jsonb;
    v_known jsonb;
    v_known_ids uuid[];
BEGIN
    PERFORM history.lock_merges(p_shop) FROM unnest(p_orders) AS d
    WHERE d.email_verified OR d.phone_verified LIMIT 1;

    WITH told AS MATERIALIZED (SELECT * FROM history.told_customers(p_orders)), fresh AS (
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        SELECT p_shop, 'shop_customer', t.shop_ref, t.customer_id, true
        FROM told t ORDER BY t.shop_ref
        ON CONFLICT (shop_id, kind, value) DO NOTHING
        RETURNING value, customer_id
    ), made AS (
        INSERT INTO history.customers (
            shop_id, id, name, email, phone, city, region, locale, since, profile_at
        )
        SELECT p_shop, t.customer_id, t.name, t.email, t.phone, t.city, t.region, t.locale,
            t.first_placed_at, t.placed_at
        FROM told t WHERE t.customer_id IN (SELECT f.customer_id FROM fresh f)
    )
    SELECT coalesce(jsonb_object_agg(fresh.value, fresh.customer_id), '{}') INTO v_fresh FROM fresh;

    SELECT coalesce(jsonb_object_agg(k.shop_ref, k.id), '{}'), array_agg(k.id)
    INTO v_known, v_known_ids
    FROM (
        SELECT each.shop_ref, (
            SELECT i.customer_id FROM history.identities i
            WHERE i.shop_id = p_shop AND i.kind = 'shop_customer' AND i.value = each.shop_ref
        ) AS id
        FROM (
            SELECT DISTINCT d.shop_ref FROM unnest(p_orders) AS d
            WHERE NOT v_fresh ? d.shop_ref
        ) each
        OFFSET 0
    ) k;

    IF v_known_ids IS NOT NULL THEN
        PERFORM FROM history.customers c
        WHERE c.shop_id = p_shop AND c.id = ANY (v_known_ids)
        ORDER BY c.id FOR NO KEY UPDATE;

        WITH n AS MATERIALIZED (
            SELECT t.*, (v_known ->> t.shop_ref)::uuid AS id
            FROM history.told_customers(p_orders) t
        )
        UPDATE history.customers c SET
            name = history.newer(n.placed_at >= c.profile_at, n.name, c.name),
            email = history.newer(n.placed_at >= c.profile_at, n.email, c.email),
            phone = history.newer(n.placed_at >= c.profile_at, n.phone, c.phone),
            city = history.newer(n.placed_at >= c.profile_at, n.city, c.city),
            region = history.newer(n.placed_at >= c.profile_at, n.region, c.region),
            locale = history.newer(n.placed_at >= c.profile_at, n.locale, c.locale),
            since = least(c.since, n.first_placed_at), -- least() ignores nulls
            profile_at = greatest(c.profile_at, n.placed_at)
        FROM n
        WHERE c.shop_id = p_shop AND c.id = ANY (v_known_ids) AND c.id = n.id;
    END IF;

    PERFORM history.link_customers(p_shop, p_orders, v_fresh, v_known);
    RETURN v_fresh || v_known;
END $$;
