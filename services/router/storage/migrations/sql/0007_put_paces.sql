-- Writes how fast teams and agents answer by now.
CREATE FUNCTION router.put_paces(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO router.team_paces
    SELECT r.* FROM jsonb_populate_recordset(NULL::router.team_paces, p_rows -> 'team_paces') r
    WHERE r.shop_id = ANY (p_held)
    ON CONFLICT (shop_id, channel, load_band) DO UPDATE SET
        answered = excluded.answered, at_risk = excluded.at_risk;
    INSERT INTO router.agent_paces
    SELECT r.* FROM jsonb_populate_recordset(NULL::router.agent_paces, p_rows -> 'agent_paces') r
    WHERE r.shop_id = ANY (p_held)
    ON CONFLICT (shop_id, agent_id, channel) DO UPDATE SET
        answered = excluded.answered, expected = excluded.expected;
$$
