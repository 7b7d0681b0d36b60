-- Applies facts drawn from events, each exactly once: the inbox moves in the same transaction.
-- p_facts: objects with shop_id, emitter, stream, version, kind (message, routing, promise, other) and what
-- that kind needs. Old ones change nothing; behind a gap nothing is applied. Returns where each
-- stream stands. Streams are taken in order, so receivers that meet wait and never deadlock.
CREATE OR REPLACE FUNCTION history.apply_facts(p_scope text, p_facts jsonb)
RETURNS TABLE (shop_id uuid, stream text, version bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_fact record;
BEGIN
    PERFORM set_config('app.shop_ids', p_scope, true);

    FOR v_fact IN
        SELECT (f ->> 'shop_id')::uuid AS shop_id, f ->> 'emitter' AS emitter,
            f ->> 'stream' AS stream, (f ->> 'version')::bigint AS version,
            f ->> 'kind' AS kind, f AS doc
        FROM jsonb_array_elements(p_facts) f
        ORDER BY 1, 2, 3, 4
    LOOP
        CONTINUE WHEN NOT history.inbox_advance(
            v_fact.shop_id, v_fact.emitter, v_fact.stream, v_fact.version
        );
        IF v_fact.kind = 'promise' THEN
            PERFORM history.note_promise(v_fact.shop_id, v_fact.doc);
            CONTINUE;
        ELSIF v_fact.kind = 'message' THEN
            PERFORM history.note_message(v_fact.shop_id, v_fact.doc);
        ELSIF v_fact.kind = 'routing' THEN
            PERFORM history.note_routing(v_fact.shop_id, v_fact.doc);
        ELSE
            CONTINUE;
        END IF;
        PERFORM history.record_contact(
            v_fact.shop_id, (v_fact.doc ->> 'conversation_id')::uuid,
            (v_fact.doc ->> 'contact_id')::uuid, (v_fact.doc ->> 'customer_id')::uuid
        );
    END LOOP;

    RETURN QUERY
    SELECT named.shop_id, named.stream, coalesce(i.version, 0)
    FROM (
        SELECT DISTINCT (f ->> 'shop_id')::uuid AS shop_id, f ->> 'emitter' AS emitter,
            f ->> 'stream' AS stream
        FROM jsonb_array_elements(p_facts) f
    ) named
    LEFT JOIN history.inbox i ON i.shop_id = named.shop_id
        AND i.emitter = named.emitter AND i.stream = named.stream;
END $$;
