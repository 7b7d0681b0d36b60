-- Writes or mends the contact of an ended conversation; one that goes on has none.
CREATE OR REPLACE FUNCTION history.record_contact(
    p_shop uuid, p_conversation uuid, p_contact uuid, p_customer uuid
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_talk history.conversations;
    v_customer uuid;
    v_orders uuid[] := '{}';
BEGIN
    SELECT * INTO v_talk FROM history.conversations c
    WHERE c.shop_id = p_shop AND c.id = p_conversation AND c.ended_at IS NOT NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF v_talk.customer_kind IS NOT NULL THEN
        v_customer := history.certain_customer(
            p_shop, v_talk.customer_kind, v_talk.customer_value, v_talk.customer_name, p_customer
        );
        v_orders := ARRAY(
            SELECT o.id FROM history.orders o
            WHERE o.shop_id = p_shop
                AND o.customer_id = ANY (history.customers_of(p_shop, v_customer))
                AND (upper(o.reference) = ANY (v_talk.named)
                    OR upper(ltrim(o.number, '#')) = ANY (v_talk.named))
            ORDER BY o.id LIMIT 10
        );
    END IF;
    INSERT INTO history.contacts AS t (
        shop_id, id, conversation_id, customer_id, channel, started_at, ended_at, end_reason,
        agent_name, first_response_ms, message_count, first_words, last_words, rating, order_ids,
        outcome
    ) VALUES (
        p_shop, p_contact, p_conversation, v_customer, v_talk.channel, v_talk.started_at,
        v_talk.ended_at, v_talk.end_reason, v_talk.agent_name, v_talk.first_response_ms,
        v_talk.message_count, v_talk.first_words, v_talk.last_words, v_talk.rating,
        v_orders, v_talk.outcome
    )
    ON CONFLICT (shop_id, conversation_id) DO UPDATE SET
        customer_id = coalesce(excluded.customer_id, t.customer_id), channel = excluded.channel,
        started_at = excluded.started_at, ended_at = excluded.ended_at,
        end_reason = excluded.end_reason, agent_name = excluded.agent_name,
        first_response_ms = excluded.first_response_ms, message_count = excluded.message_count,
        first_words = excluded.first_words, last_words = excluded.last_words,
        rating = excluded.rating, order_ids = excluded.order_ids, outcome = excluded.outcome;
END $$;
