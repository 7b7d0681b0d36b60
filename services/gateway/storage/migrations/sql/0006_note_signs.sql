-- Keeps the receipts of one group of signs, at most 8 shops and one row a party, and says who serves
-- each conversation. A row that only types has 0 for both values and writes nothing. A conversation
-- that does not exist, or that is not served by the row's agent, gives no row.
CREATE FUNCTION gateway.note_signs(
    p_shop uuid[], p_conversation uuid[], p_agent uuid[], p_received bigint[], p_read bigint[]
) RETURNS TABLE (
    ord bigint, conversation_id uuid, agent_id uuid, received_seq bigint, read_seq bigint,
    received_moved boolean, read_moved boolean
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    PERFORM set_config('app.shop_ids', array_to_string(
        ARRAY(SELECT DISTINCT unnest(p_shop)), ','), true);
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT s.ord, s.shop, s.conversation,
            CASE WHEN s.agent IS NULL THEN 'customer' ELSE 'agent' END AS party,
            CASE WHEN c.status = 'open' THEN c.agent_id END AS serves,
            least(s.received, c.last_seq) AS received, least(s.read, c.last_seq) AS read,
            r.received_seq AS received_before, r.read_seq AS read_before, r.answer_delivered_at
        FROM unnest(p_shop, p_conversation, p_agent, p_received, p_read)
            WITH ORDINALITY AS s (shop, conversation, agent, received, read, ord)
        JOIN gateway.conversations c ON c.id = s.conversation AND c.shop_id = s.shop
        LEFT JOIN gateway.receipts r ON r.conversation_id = s.conversation
            AND r.party = CASE WHEN s.agent IS NULL THEN 'customer' ELSE 'agent' END
        WHERE s.agent IS NULL OR (c.status = 'open' AND c.agent_id = s.agent)
    ), kept AS (
        INSERT INTO gateway.receipts AS r (
            conversation_id, party, shop_id, received_seq, received_at, read_seq, read_at,
            answer_delivered_at)
        SELECT i.conversation, i.party, i.shop, i.received, v_now, i.read,
            CASE WHEN i.read > 0 THEN v_now END,
            CASE WHEN i.party = 'customer' AND i.answer_delivered_at IS NULL AND EXISTS (
                SELECT FROM gateway.items m
                WHERE m.conversation_id = i.conversation AND m.seq <= i.received
                    AND m.author_kind = 'agent' AND m.kind = 'message'
                    AND m.visibility = 'everyone') THEN v_now END
        FROM input i
        WHERE i.received > coalesce(i.received_before, 0) OR i.read > coalesce(i.read_before, 0)
        ORDER BY i.conversation, i.party
        ON CONFLICT (conversation_id, party) DO UPDATE SET
            received_seq = greatest(r.received_seq, excluded.received_seq),
            received_at = CASE WHEN excluded.received_seq > r.received_seq
                THEN excluded.received_at ELSE r.received_at END,
            read_seq = greatest(r.read_seq, excluded.read_seq),
            read_at = CASE WHEN excluded.read_seq > r.read_seq
                THEN excluded.read_at ELSE r.read_at END,
            answer_delivered_at = coalesce(r.answer_delivered_at, excluded.answer_delivered_at)
        RETURNING r.conversation_id, r.party, r.received_seq, r.read_seq
    )
    SELECT i.ord, i.conversation, i.serves,
        coalesce(k.received_seq, i.received_before, 0::bigint),
        coalesce(k.read_seq, i.read_before, 0::bigint),
        coalesce(k.received_seq > coalesce(i.received_before, 0), false),
        coalesce(k.read_seq > coalesce(i.read_before, 0), false)
    FROM input i
    LEFT JOIN kept k ON k.conversation_id = i.conversation AND k.party = i.party
    ORDER BY i.ord;
END
$$;
