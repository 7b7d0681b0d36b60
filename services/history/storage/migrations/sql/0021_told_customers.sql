-- What some orders say of their customers, one row each of the shop's ids: what the newest of them says.
CREATE OR REPLACE FUNCTION history.told_customers(p_orders history.told_order[])
RETURNS TABLE (
    shop_ref text, customer_id uuid, name text, email text, phone text, city text, region text,
    locale text, placed_at timestamptz, first_placed_at timestamptz
)
LANGUAGE sql STABLE SECURITY INVOKER
AS $$
    SELECT DISTINCT ON (d.shop_ref) d.shop_ref, d.customer_id, d.name, d.email, d.phone, d.city,
        d.region, d.locale, to_timestamp(d.placed_at / 1000::float8),
        to_timestamp(min(d.placed_at) OVER (PARTITION BY d.shop_ref) / 1000::float8)
    FROM unnest(p_orders) AS d
    ORDER BY d.shop_ref, d.placed_at DESC, d.reference;
$$;
