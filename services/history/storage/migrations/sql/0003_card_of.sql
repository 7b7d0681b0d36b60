-- The card of one customer: one row, or none. The newest p_most orders and contacts, newest first.
-- Sequential scans are off because a plan made while the tables were small would outlive that.
CREATE OR REPLACE FUNCTION history.card_of(p_shop uuid, p_customer uuid, p_most integer)
RETURNS TABLE (customer jsonb, orders jsonb, contacts jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
    SELECT
        jsonb_build_object(
            'id', c.id, 'name', c.name, 'email', c.email, 'phone', c.phone, 'city', c.city,
            'region', c.region, 'locale', c.locale, 'since', history.epoch_ms(c.since),
            'order_count', totals.order_count, 'contact_count', met.contact_count,
            'spent_minor', coalesce(totals.spent_minor, 0), 'currency', newest.currency
        ),
        coalesce(newest.list, '[]'),
        coalesce(met.list, '[]')
    FROM history.customers c
    CROSS JOIN LATERAL (
        SELECT
            (array_agg(o.currency ORDER BY o.placed_at DESC, o.id DESC))[1] AS currency,
            jsonb_agg(jsonb_build_object(
                'id', o.id, 'reference', o.reference, 'number', o.number, 'status', o.status,
                'placed_at', history.epoch_ms(o.placed_at),
                'promised_at', history.epoch_ms(o.promised_at),
                'delivered_at', history.epoch_ms(o.delivered_at),
                'currency', o.currency, 'total_minor', o.total_minor,
                'refunded_minor', o.refunded_minor,
                'returned_at', history.epoch_ms(o.returned_at), 'note', o.note,
                'review_score', o.review_score, 'review_text', o.review_text, 'parts', o.parts,
                'lines', o.lines,
                'pictures', history.pictures_of(p_shop, o.platform, o.lines, 50)
            ) ORDER BY o.placed_at DESC, o.id DESC) AS list
        FROM (
            SELECT * FROM history.orders o
            WHERE o.shop_id = p_shop AND o.customer_id = p_customer
            ORDER BY o.placed_at DESC, o.id DESC
            LIMIT p_most
        ) o
    ) newest
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS order_count,
            sum(o.total_minor - o.refunded_minor) FILTER (
                WHERE o.status NOT IN ('cancelled', 'unavailable') AND o.currency = newest.currency
            ) AS spent_minor
        FROM history.orders o
        WHERE o.shop_id = p_shop AND o.customer_id = p_customer
    ) totals
    CROSS JOIN LATERAL (
        SELECT
            (SELECT count(*) FROM history.contacts t
             WHERE t.shop_id = p_shop AND t.customer_id = p_customer) AS contact_count,
            jsonb_agg(jsonb_build_object(
                'id', t.id, 'conversation_id', t.conversation_id, 'channel', t.channel,
                'started_at', history.epoch_ms(t.started_at),
                'ended_at', history.epoch_ms(t.ended_at),
                'end_reason', t.end_reason, 'agent_name', t.agent_name,
                'first_response_ms', t.first_response_ms, 'message_count', t.message_count,
                'first_words', t.first_words, 'last_words', t.last_words
            ) ORDER BY t.ended_at DESC, t.id DESC) AS list
        FROM (
            SELECT * FROM history.contacts t
            WHERE t.shop_id = p_shop AND t.customer_id = p_customer
            ORDER BY t.ended_at DESC, t.id DESC
            LIMIT p_most
        ) t
    ) met
    WHERE c.shop_id = p_shop AND c.id = p_customer;
END $$;
