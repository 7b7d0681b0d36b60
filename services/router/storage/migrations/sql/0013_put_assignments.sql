-- Writes assignments; those that ended come first, so that a conversation has one active only.
CREATE OR REPLACE FUNCTION router.put_assignments(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO router.assignments
    SELECT r.* FROM jsonb_populate_recordset(NULL::router.assignments, p_rows -> 'assignments') r
    WHERE r.shop_id = ANY (p_held)
    ORDER BY (r.status = 'active')
    ON CONFLICT (shop_id, id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
        wrap_up_until = excluded.wrap_up_until, idle = excluded.idle;
$$
