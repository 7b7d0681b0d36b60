-- Writes what the engine knows of agents, and what administrators changed in the same group. Of a
-- router of the release before nothing says when they are settled: then it stays as it is.
CREATE OR REPLACE FUNCTION router.put_agents(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    UPDATE router.agents a SET
        status = r.status, nodes = r.nodes, load = r.load, version = r.version,
        idle_since = r.idle_since, gone_since = r.gone_since,
        expiries_in_row = r.expiries_in_row, turn = coalesce(r.turn, a.turn),
        settled_at = coalesce(r.settled_at, a.settled_at)
    FROM jsonb_populate_recordset(NULL::router.agents, p_rows -> 'agents') r
    WHERE r.shop_id = ANY (p_held) AND a.shop_id = r.shop_id AND a.id = r.id;
    SELECT router.put_changes(p_held, p_rows);
$$
