-- Adds to whom cards of a shop were shown, by customer, hour, way and viewer.
CREATE FUNCTION history.add_views(p_shop uuid, p_views jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    INSERT INTO history.card_views AS v (shop_id, customer_id, how, viewer_kind, viewer_id,
        viewer_name, hour, first_at, last_at, times)
    SELECT p_shop, s.customer_id, s.how, s.viewer_kind, s.viewer_id, s.viewer_name, s.hour,
        s.first_at, s.last_at, s.times
    FROM jsonb_to_recordset(p_views) AS s(
        customer_id uuid, how text, viewer_kind text, viewer_id text, viewer_name text,
        hour timestamptz, first_at timestamptz, last_at timestamptz, times integer)
    ORDER BY 2, 7, 3, 4, 5
    ON CONFLICT (customer_id, hour, how, viewer_kind, viewer_id, shop_id) DO UPDATE SET
        viewer_name = excluded.viewer_name, last_at = greatest(v.last_at, excluded.last_at),
        times = v.times + excluded.times;
END $$;
