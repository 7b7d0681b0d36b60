-- Commits what a group of commands did in at most 8 shops; returns the shops it was committed for.
-- A shop whose lease has another token by now is left out whole, and the others commit.
CREATE OR REPLACE FUNCTION router.commit_group(p_shops uuid[], p_tokens bigint[], p_rows jsonb)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_held uuid[];
BEGIN
    PERFORM set_config('app.shop_ids', array_to_string(p_shops, ','), true);
    -- A router that is stopped after this was done and before it asked to keep it would hold its
    -- locks for as long as it stands still, and whoever takes its shops would wait. Shorter than a
    -- lease, so that nobody waits at all. PostgreSQL 16 has no such limit.
    IF current_setting('transaction_timeout', true) IS NOT NULL THEN
        PERFORM set_config('transaction_timeout', '2500ms', true);
    END IF;
    -- FOR KEY SHARE: another router that takes the lease (FOR UPDATE) waits until this is committed,
    -- and a renewal, which changes no key, neither waits for this nor holds it up.
    SELECT coalesce(array_agg(l.shop_id), '{}') INTO v_held FROM (
        SELECT lease.shop_id FROM router.leases lease
        JOIN unnest(p_shops, p_tokens) AS mine (shop_id, token)
            ON mine.shop_id = lease.shop_id AND mine.token = lease.token
        ORDER BY lease.shop_id FOR KEY SHARE OF lease
    ) l;
    IF cardinality(v_held) > 0 THEN
        PERFORM router.put_conversations(v_held, p_rows);
        PERFORM router.put_agents(v_held, p_rows);
        PERFORM router.put_offers(v_held, p_rows);
        PERFORM router.put_assignments(v_held, p_rows);
        PERFORM router.put_paces(v_held, p_rows);
        PERFORM router.put_events(v_held, p_rows);
    END IF;
    RETURN v_held;
END
$$
