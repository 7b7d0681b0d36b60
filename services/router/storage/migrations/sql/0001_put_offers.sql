-- Writes offers; those that ended come first, so that an agent asked again has one pending only.
CREATE FUNCTION router.put_offers(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO router.offers
    SELECT r.* FROM jsonb_populate_recordset(NULL::router.offers, p_rows -> 'offers') r
    WHERE r.shop_id = ANY (p_held)
    ORDER BY (r.status = 'pending')
    ON CONFLICT (shop_id, id) DO UPDATE SET
        status = excluded.status, seen_at = excluded.seen_at,
        reminded_at = excluded.reminded_at, ended_at = excluded.ended_at,
        end_cause = excluded.end_cause;
$$
