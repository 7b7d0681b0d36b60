-- Makes or mends the customers of some orders and returns who each of the shop's own ids is. What the
-- newest order says of a person holds. Ids are looked up once each: asked for again on every row of a
-- join they were most of what taking a batch cost.
CREATE FUNCTION history.take_customers(p_shop uuid, p_orders jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_ids jsonb;
    v_fresh uuid[];
    v_known uuid[];
BEGIN
    PERFORM history.lock_merges(p_shop)
    FROM jsonb_to_recordset(p_orders) AS d(email_verified boolean, phone_verified boolean)
    WHERE d.email_verified OR d.phone_verified
    LIMIT 1;

    WITH told AS MATERIALIZED (SELECT * FROM history.told_customers(p_orders)), fresh AS (
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        SELECT p_shop, 'shop_customer', t.shop_ref, t.customer_id, true
        FROM told t ORDER BY t.shop_ref
        ON CONFLICT (shop_id, kind, value) DO NOTHING
        RETURNING customer_id
    ), made AS (
        INSERT INTO history.customers (
            shop_id, id, name, email, phone, city, region, locale, since, profile_at
        )
        SELECT p_shop, t.customer_id, t.name, t.email, t.phone, t.city, t.region, t.locale,
            t.first_placed_at, t.placed_at
        FROM told t WHERE t.customer_id IN (SELECT f.customer_id FROM fresh f)
        RETURNING id
    )
    SELECT coalesce(array_agg(made.id), '{}') INTO v_fresh FROM made;

    SELECT jsonb_object_agg(r.shop_ref, r.id), array_agg(r.id) FILTER (WHERE r.id <> ALL (v_fresh))
    INTO v_ids, v_known
    FROM (
        SELECT each.shop_ref, history.shop_customer(p_shop, each.shop_ref) AS id
        FROM (
            SELECT DISTINCT d.shop_ref FROM jsonb_to_recordset(p_orders) AS d(shop_ref text)
        ) each
        OFFSET 0
    ) r;

    IF v_known IS NOT NULL THEN
        PERFORM FROM history.customers c
        WHERE c.shop_id = p_shop AND c.id = ANY (v_known)
        ORDER BY c.id FOR NO KEY UPDATE;

        WITH n AS MATERIALIZED (
            SELECT t.*, (v_ids ->> t.shop_ref)::uuid AS id FROM history.told_customers(p_orders) t
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
        WHERE c.shop_id = p_shop AND c.id = ANY (v_known) AND c.id = n.id;
    END IF;

    PERFORM history.link_customers(p_shop, p_orders, v_ids);
    RETURN v_ids;
END $$;
