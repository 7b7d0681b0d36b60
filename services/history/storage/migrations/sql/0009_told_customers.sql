-- What some orders say of their customers, one row each of the shop's ids: what the newest of them says.
CREATE FUNCTION history.told_customers(p_orders jsonb)
RETURNS TABLE (
    shop_ref text, customer_id uuid, name text, email text, phone text, city text, region text,
    locale text, placed_at timestamptz, first_placed_at timestamptz
)
LANGUAGE sql STABLE SECURITY INVOKER
AS $$
    SELECT DISTINCT ON (d.shop_ref) d.shop_ref, d.customer_id, d.name, d.email, d.phone, d.city,
        d.region, d.locale, to_timestamp(d.placed_at / 1000.0),
        to_timestamp(min(d.placed_at) OVER (PARTITION BY d.shop_ref) / 1000.0)
    FROM jsonb_to_recordset(p_orders) AS d(
        shop_ref text, customer_id uuid, name text, email text, phone text, city text, region text,
        locale text, placed_at bigint, reference text
    )
    ORDER BY d.shop_ref, d.placed_at DESC, d.reference;
$$;
