-- Copies one routing state onto its conversation if it is newer, and says which line it calls for.
-- A grant may have put a newer assignment here already; an older one never takes it back.
-- An end that crossed a customer's message is none: the router will hear that message and re-open
-- the conversation, so here it stays open and loses its agent (decision 0007).
CREATE FUNCTION gateway.apply_routing(
    p_shop uuid, p_conversation uuid, p_ended boolean, p_assigned boolean, p_version int,
    p_heard bigint, p_agent uuid, p_agent_name text, p_assignment uuid, p_assignment_version int,
    p_at timestamptz
) RETURNS TABLE (kind text, name text, agent_id uuid)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    c gateway.conversations%ROWTYPE;
    v_takes boolean;
    v_open boolean;
BEGIN
    SELECT * INTO c FROM gateway.conversations
    WHERE id = p_conversation AND shop_id = p_shop FOR NO KEY UPDATE;
    IF NOT FOUND OR p_version <= c.routing_version THEN
        RETURN;
    END IF;
    -- Each item is one event of its conversation's stream: what was heard last is a seq.
    IF p_ended AND EXISTS (
        SELECT FROM gateway.items i
        WHERE i.conversation_id = c.id AND i.seq > p_heard
            AND i.kind = 'message' AND i.author_kind = 'customer')
    THEN
        p_ended := false;
        p_agent := NULL;
        p_agent_name := NULL;
        p_assignment := NULL;
    END IF;
    v_takes := p_assignment_version >= c.assignment_version AND NOT p_ended;
    v_open := NOT p_ended AND (c.status = 'open'
        OR NOT gateway.has_gone_on(c.session_id, c.id, c.started_at));
    UPDATE gateway.conversations SET
        routing_version = p_version,
        status = CASE WHEN v_open THEN 'open' ELSE 'ended' END,
        ended_at = CASE WHEN NOT v_open THEN coalesce(ended_at, p_at) END,
        agent_id = CASE WHEN v_takes THEN p_agent ELSE c.agent_id END,
        agent_name = CASE WHEN v_takes THEN p_agent_name ELSE c.agent_name END,
        assignment_id = CASE WHEN v_takes THEN p_assignment ELSE c.assignment_id END,
        assignment_version = greatest(c.assignment_version, p_assignment_version)
    WHERE id = p_conversation;
    IF p_ended AND c.status = 'open' THEN
        RETURN QUERY SELECT 'ended', c.agent_name, c.agent_id;
    ELSIF v_open AND p_assigned AND p_agent IS NOT NULL THEN
        RETURN QUERY SELECT 'joined', p_agent_name, p_agent;
    ELSIF c.status = 'open' AND v_takes AND p_agent IS NULL AND c.agent_id IS NOT NULL THEN
        RETURN QUERY SELECT 'left', c.agent_name, c.agent_id;
    END IF;
END
$$;
