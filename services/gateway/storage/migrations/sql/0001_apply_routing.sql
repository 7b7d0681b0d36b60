-- Copies one routing state onto its conversation if it is newer, and says which line it calls for.
-- A grant may have put a newer assignment here already; an older one never takes it back.
-- The router re-opens what it had ended when a message was on its way meanwhile. When the customer
-- has begun another conversation since, it stays ended here and no line is added to it.
CREATE FUNCTION gateway.apply_routing(
    p_shop uuid, p_conversation uuid, p_ended boolean, p_assigned boolean, p_version int,
    p_agent uuid, p_agent_name text, p_assignment uuid, p_assignment_version int, p_at timestamptz
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
    v_takes := p_assignment_version >= c.assignment_version AND NOT p_ended;
    v_open := NOT p_ended AND (c.status = 'open' OR NOT EXISTS (
        SELECT FROM gateway.conversations o
        WHERE o.session_id = c.session_id AND o.id <> c.id
            AND (o.status = 'open' OR o.started_at > c.started_at)));
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
