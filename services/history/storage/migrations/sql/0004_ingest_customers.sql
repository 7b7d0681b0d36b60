-- Makes or mends the customers of some orders. What the newest order says of a person holds.
CREATE OR REPLACE FUNCTION history.ingest_customers(p_shop uuid, p_orders jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_customers uuid[];
BEGIN
    PERFORM history.lock_merges(p_shop)
    FROM jsonb_to_recordset(p_orders) AS d(email_verified boolean, phone_verified boolean)
    WHERE d.email_verified OR d.phone_verified
    LIMIT 1;

    WITH wanted AS (
        SELECT DISTINCT ON (d.shop_ref) d.shop_ref, d.customer_id
        FROM jsonb_to_recordset(p_orders) AS d(shop_ref text, customer_id uuid)
        ORDER BY d.shop_ref
    ), fresh AS (
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        SELECT p_shop, 'shop_customer', w.shop_ref, w.customer_id, true
        FROM wanted w ORDER BY w.shop_ref
        ON CONFLICT (shop_id, kind, value) DO NOTHING
        RETURNING customer_id
    )
    INSERT INTO history.customers (shop_id, id, profile_at)
    SELECT p_shop, f.customer_id, '-infinity' FROM fresh f;

    SELECT array_agg(DISTINCT history.shop_customer(p_shop, d.shop_ref)) INTO v_customers
    FROM jsonb_to_recordset(p_orders) AS d(shop_ref text);

    PERFORM FROM history.customers c
    WHERE c.shop_id = p_shop AND c.id = ANY (v_customers)
    ORDER BY c.id FOR NO KEY UPDATE;

    UPDATE history.customers c SET
        name = history.newer(n.placed_at >= c.profile_at, n.name, c.name),
        email = history.newer(n.placed_at >= c.profile_at, n.email, c.email),
        phone = history.newer(n.placed_at >= c.profile_at, n.phone, c.phone),
        city = history.newer(n.placed_at >= c.profile_at, n.city, c.city),
        region = history.newer(n.placed_at >= c.profile_at, n.region, c.region),
        locale = history.newer(n.placed_at >= c.profile_at, n.locale, c.locale),
        since = least(c.since, n.first_placed_at), -- least() ignores nulls
        profile_at = greatest(c.profile_at, n.placed_at)
    FROM (
        SELECT DISTINCT ON (d.shop_ref)
            history.shop_customer(p_shop, d.shop_ref) AS customer_id,
            d.name, d.email, d.phone, d.city, d.region, d.locale,
            to_timestamp(d.placed_at / 1000.0) AS placed_at,
            to_timestamp(min(d.placed_at) OVER (PARTITION BY d.shop_ref) / 1000.0)
                AS first_placed_at
        FROM jsonb_to_recordset(p_orders) AS d(
            shop_ref text, name text, email text, phone text, city text, region text,
            locale text, placed_at bigint, reference text
        )
        ORDER BY d.shop_ref, d.placed_at DESC, d.reference
    ) n
    WHERE c.shop_id = p_shop AND c.id = ANY (v_customers) AND c.id = n.customer_id;

    PERFORM history.link_customers(p_shop, p_orders);
END $$;
