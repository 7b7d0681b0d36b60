-- What the rules must know of a session: its latest conversation, and the latest invitation by each.
CREATE FUNCTION gateway.invitable(p_shop uuid, p_session uuid) RETURNS TABLE (
    under_way boolean, ended_at timestamptz, ids uuid[], rules text[], texts text[], states text[],
    opened timestamptz[]
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
        SELECT coalesce(c.status = 'open', false), c.ended_at, i.*
        FROM (SELECT) AS one
        LEFT JOIN LATERAL (
            SELECT l.status, l.ended_at FROM gateway.conversations l
            WHERE l.session_id = p_session ORDER BY l.started_at DESC LIMIT 1) c ON true
        CROSS JOIN LATERAL (
            SELECT array_agg(l.id), array_agg(l.rule), array_agg(l.text), array_agg(l.state),
                array_agg(l.opened_at)
            FROM (SELECT DISTINCT ON (n.rule) n.* FROM gateway.invitations n
                WHERE n.session_id = p_session ORDER BY n.rule, n.opened_at DESC) l) i;
END
$$;
