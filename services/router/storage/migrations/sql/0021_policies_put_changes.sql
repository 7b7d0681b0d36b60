-- Sets what administrators changed of agents, queues and the policy, and writes the record of it with
-- what was there before; a change that changes nothing leaves no line.
CREATE OR REPLACE FUNCTION router.put_changes(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_change jsonb;
    v_shop uuid;
    v_before jsonb;
    v_fields jsonb;
BEGIN
    FOR v_change IN SELECT c.value
        FROM jsonb_array_elements(p_rows -> 'changes_made') WITH ORDINALITY AS c (value, ord)
        WHERE (c.value ->> 'shop_id')::uuid = ANY (p_held) ORDER BY c.ord
    LOOP
        v_shop := (v_change ->> 'shop_id')::uuid;
        v_before := CASE split_part(v_change ->> 'action', '.', 1)
            WHEN 'agent' THEN router.set_agent(v_shop, v_change)
            WHEN 'queue' THEN router.set_queue(v_shop, v_change)
            WHEN 'policy' THEN router.set_policy(v_shop, v_change)
        END;
        SELECT jsonb_object_agg(f.key, jsonb_build_object(
            'before', v_before -> f.key, 'after', f.value)) INTO v_fields
        FROM jsonb_each(v_change -> 'fields') f WHERE v_before -> f.key <> f.value;
        IF v_fields IS NOT NULL THEN
            INSERT INTO router.changes (shop_id, id, changed_at, actor_kind, actor_id, actor_name,
                action, target, fields)
            VALUES (v_shop, (v_change ->> 'id')::uuid, (v_change ->> 'changed_at')::timestamptz,
                v_change ->> 'actor_kind', v_change ->> 'actor_id', v_change ->> 'actor_name',
                v_change ->> 'action', v_change ->> 'target', v_fields)
            -- A command whose outcome was unknown may come again: it is the same line.
            ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;
END
$$
