-- What a card holds beside orders and contacts: the cart, notes, what was promised, when the latest
-- contacts were and of which orders, and what others bought with what is on these lines.
CREATE OR REPLACE FUNCTION history.card_more(p_shop uuid, p_customers uuid[], p_lines jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_products text[] := ARRAY(
        SELECT DISTINCT line.product_ref
        FROM jsonb_to_recordset(p_lines) AS line(product_ref text) LIMIT 50
    );
BEGIN
    RETURN jsonb_build_object(
        'cart', (
            SELECT jsonb_build_object(
                'updated_at', history.epoch_ms(c.updated_at), 'currency', c.currency,
                'total_minor', c.total_minor, 'lines', jsonb_array_length(c.lines)
            )
            FROM history.carts c
            WHERE c.shop_id = p_shop AND c.customer_id = ANY (p_customers)
                AND c.completed_at IS NULL AND c.ordered_at IS NULL
            ORDER BY c.updated_at DESC LIMIT 1
        ),
        'notes', ARRAY(
            SELECT jsonb_build_object(
                'id', n.id, 'text', n.text, 'created_at', history.epoch_ms(n.created_at),
                'created_by', n.created_by
            )
            FROM history.notes n
            WHERE n.shop_id = p_shop AND n.customer_id = ANY (p_customers)
            ORDER BY n.id DESC LIMIT 5
        ),
        'follow_ups', ARRAY(
            SELECT jsonb_build_object(
                'id', p.id, 'conversation_id', p.conversation_id, 'text', p.text,
                'due_at', history.epoch_ms(p.due_at), 'order_reference', p.order_reference,
                'created_at', history.epoch_ms(p.promised_at), 'created_by', p.promised_by
            )
            FROM history.promises p
            WHERE p.shop_id = p_shop AND p.customer_id = ANY (p_customers) AND NOT p.is_over
            ORDER BY p.due_at LIMIT 5
        ),
        'recent', ARRAY(
            SELECT jsonb_build_object(
                'ended_at', history.epoch_ms(t.ended_at), 'order_ids', t.order_ids
            )
            FROM unnest(p_customers) AS one(id) CROSS JOIN LATERAL (
                SELECT t.ended_at, t.order_ids FROM history.contacts t
                WHERE t.shop_id = p_shop AND t.customer_id = one.id
                ORDER BY t.ended_at DESC, t.id DESC LIMIT 20
            ) t
        ),
        'suggestions', ARRAY(
            SELECT jsonb_build_object(
                'product_ref', s.other_ref, 'title', s.title, 'support', s.support, 'lift', s.lift,
                'together', s.together
            )
            FROM (
                SELECT DISTINCT ON (b.other_ref) b.* FROM history.bought_together b
                WHERE b.shop_id = p_shop AND b.product_ref = ANY (v_products)
                    AND b.other_ref <> ALL (v_products)
                ORDER BY b.other_ref, b.lift DESC
            ) s
            ORDER BY s.together DESC, s.lift DESC, s.other_ref LIMIT 3
        )
    );
END $$;
