-- Adds what the router says into an open conversation, or nothing once it has ended: a holding text,
-- a warm note, the line of a transfer. The caller's shop is in scope.
CREATE FUNCTION gateway.append_told(
    p_shop uuid, p_conversation uuid, p_kind text, p_visibility text, p_author_kind text,
    p_author uuid, p_author_name text, p_text text, p_item uuid, p_item_wire text,
    p_client_id text, p_at timestamptz
) RETURNS TABLE (
    item_id uuid, conversation_id uuid, agent_id uuid, version bigint, body jsonb,
    created_at timestamptz
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    c gateway.conversations%ROWTYPE;
    v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
    v_body jsonb;
BEGIN
    UPDATE gateway.conversations
    SET last_seq = last_seq + 1, event_version = event_version + 1
    WHERE id = p_conversation AND shop_id = p_shop AND status = 'open' RETURNING * INTO c;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_body := jsonb_build_object(
        'item', jsonb_build_object(
            'id', p_item_wire, 'conversation_id', c.wire_id, 'seq', c.last_seq,
            'kind', p_kind, 'visibility', p_visibility,
            'author', jsonb_build_object(
                'kind', p_author_kind, 'id', gateway.agent_wire(p_author), 'name', p_author_name),
            'text', p_text, 'client_id', p_client_id,
            'created_at', gateway.wire_instant(v_now)),
        'conversation', c.summary,
        'received_at', gateway.wire_instant(p_at));
    INSERT INTO gateway.items (
        conversation_id, seq, id, shop_id, kind, visibility, author_kind, author_id, author_name,
        sender_id, client_id, text, received_at, created_at)
    VALUES (c.id, c.last_seq, p_item, c.shop_id, p_kind, p_visibility, p_author_kind, p_author,
        p_author_name, c.id, p_client_id, p_text, p_at, v_now);
    INSERT INTO gateway.outbox (
        receiver, shop_id, stream, version, event_id, type, occurred_at, body)
    SELECT receiver, c.shop_id, c.wire_id, c.event_version, p_item, 'message.created', v_now,
        v_body
    FROM unnest(ARRAY['router', 'history']) AS receiver;
    RETURN QUERY SELECT p_item, c.id, c.agent_id, c.event_version, v_body, v_now;
END
$$;
