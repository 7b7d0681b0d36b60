-- Takes the router's events about conversations of at most 8 shops: each one's effect and its
-- place in the inbox commit together. Answers two kinds of rows: where each stream now stands
-- (no body), and each line that was added to a conversation (with its event's body).
CREATE OR REPLACE FUNCTION gateway.take_routing(p_shops uuid[], p_events jsonb) RETURNS TABLE (
    shop_id uuid, stream text, "position" bigint, item_id uuid, conversation_id uuid,
    agent_id uuid, version bigint, body jsonb, created_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    e record;
    line record;
    words record;
BEGIN
    IF cardinality(p_shops) > 8 THEN
        RAISE EXCEPTION 'a group holds at most 8 shops' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('app.shop_ids', array_to_string(p_shops, ','), true);
    -- The order of streams is the order of conversation ids, which `append_items` locks by too.
    FOR e IN
        SELECT * FROM jsonb_to_recordset(p_events) AS r (
            shop_id uuid, stream text, version bigint, conversation_id uuid, event_wire text,
            item_id uuid, item_wire text, ended boolean, assigned boolean, routing_version int,
            heard_version bigint, agent_id uuid, agent_name text, assignment_id uuid,
            assignment_version int, at timestamptz, lines jsonb)
        ORDER BY r.shop_id, r.stream COLLATE "C", r.version
    LOOP
        CONTINUE WHEN NOT gateway.inbox_advance(e.shop_id, 'router', e.stream, e.version);
        SELECT * INTO line FROM gateway.apply_routing(
            e.shop_id, e.conversation_id, e.ended, e.assigned, e.routing_version,
            e.heard_version, e.agent_id, e.agent_name, e.assignment_id, e.assignment_version,
            e.at);
        FOR words IN
            SELECT * FROM jsonb_to_recordset(e.lines) AS w (
                item_id uuid, item_wire text, client_id text, kind text, visibility text,
                author_kind text, author_id uuid, author_name text, text text)
        LOOP
            RETURN QUERY SELECT e.shop_id, e.stream, NULL::bigint, s.* FROM gateway.append_told(
                e.shop_id, e.conversation_id, words.kind, words.visibility, words.author_kind,
                words.author_id, words.author_name, words.text, words.item_id, words.item_wire,
                words.client_id, e.at) s;
        END LOOP;
        CONTINUE WHEN line.kind IS NULL;
        RETURN QUERY SELECT e.shop_id, e.stream, NULL::bigint, s.* FROM gateway.append_line(
            e.conversation_id, line.kind, line.name, line.agent_id, e.item_id, e.item_wire,
            e.event_wire, e.at) s;
    END LOOP;
    RETURN QUERY
        SELECT i.shop_id, i.stream, i.version, NULL::uuid, NULL::uuid, NULL::uuid, NULL::bigint,
            NULL::jsonb, NULL::timestamptz
        FROM (SELECT DISTINCT r.shop_id, r.stream
            FROM jsonb_to_recordset(p_events) AS r (shop_id uuid, stream text)) asked
        JOIN gateway.inbox i ON i.shop_id = asked.shop_id AND i.emitter = 'router'
            AND i.stream = asked.stream;
END
$$;
