-- Makes or mends the customers of some orders. What the newest order says of a person holds.
CREATE FUNCTION history.ingest_customers(p_shop uuid, p_orders jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
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

    PERFORM FROM history.customers c
    WHERE c.shop_id = p_shop AND c.id IN (
        SELECT i.customer_id FROM jsonb_to_recordset(p_orders) AS d(shop_ref text)
        JOIN history.identities i ON i.shop_id = p_shop
            AND i.kind = 'shop_customer' AND i.value = d.shop_ref
    )
    ORDER BY c.id FOR NO KEY UPDATE;

    UPDATE history.customers c SET
        name = CASE WHEN n.newer THEN coalesce(n.name, c.name) ELSE coalesce(c.name, n.name) END,
        email = CASE WHEN n.newer THEN coalesce(n.email, c.email) ELSE coalesce(c.email, n.email) END,
        phone = CASE WHEN n.newer THEN coalesce(n.phone, c.phone) ELSE coalesce(c.phone, n.phone) END,
        city = CASE WHEN n.newer THEN coalesce(n.city, c.city) ELSE coalesce(c.city, n.city) END,
        region = CASE WHEN n.newer THEN coalesce(n.region, c.region) ELSE coalesce(c.region, n.region) END,
        locale = CASE WHEN n.newer THEN coalesce(n.locale, c.locale) ELSE coalesce(c.locale, n.locale) END,
        since = least(c.since, n.first_placed_at), -- least() ignores nulls
        profile_at = greatest(c.profile_at, n.placed_at)
    FROM (
        SELECT DISTINCT ON (i.customer_id)
            i.customer_id, d.name, d.email, d.phone, d.city, d.region, d.locale,
            to_timestamp(d.placed_at / 1000.0) AS placed_at,
            to_timestamp(min(d.placed_at) OVER (PARTITION BY i.customer_id) / 1000.0)
                AS first_placed_at,
            to_timestamp(d.placed_at / 1000.0) >= k.profile_at AS newer
        FROM jsonb_to_recordset(p_orders) AS d(
            shop_ref text, name text, email text, phone text, city text, region text,
            locale text, placed_at bigint, reference text
        )
        JOIN history.identities i ON i.shop_id = p_shop
            AND i.kind = 'shop_customer' AND i.value = d.shop_ref
        JOIN history.customers k ON k.shop_id = p_shop AND k.id = i.customer_id
        ORDER BY i.customer_id, d.placed_at DESC, d.reference
    ) n
    WHERE c.shop_id = p_shop AND c.id = n.customer_id;

    -- An address typed at a checkout proves nothing: kept as a hint, opens no card.
    INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
    SELECT DISTINCT ON (t.kind, t.value) p_shop, t.kind, t.value, i.customer_id, false
    FROM jsonb_to_recordset(p_orders) AS d(shop_ref text, email_key text, phone_key text)
    CROSS JOIN LATERAL (VALUES ('email', d.email_key), ('phone', d.phone_key)) AS t(kind, value)
    JOIN history.identities i ON i.shop_id = p_shop
        AND i.kind = 'shop_customer' AND i.value = d.shop_ref
    WHERE t.value IS NOT NULL
    ORDER BY t.kind, t.value, i.customer_id
    ON CONFLICT (shop_id, kind, value) DO NOTHING;
END $$;
