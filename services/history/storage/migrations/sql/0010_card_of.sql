-- The card of one customer and of everybody who is the same person: one row, or none.
-- The newest p_most orders and contacts, newest first; of older ones among the newest 20 those that are
-- still under way. What is late or repeated depends on the instant and is said by who asks.
-- Sequential scans are off because a plan made while the tables were small would outlive that.
CREATE OR REPLACE FUNCTION history.card_of(p_shop uuid, p_customer uuid, p_most integer)
RETURNS TABLE (customer jsonb, orders jsonb, contacts jsonb, may_be jsonb, more jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_all uuid[];
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    v_all := history.customers_of(p_shop, p_customer);
    IF cardinality(v_all) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT
        jsonb_build_object(
            'id', v_all[1], 'name', who.name, 'email', who.email, 'phone', who.phone,
            'city', who.city, 'region', who.region, 'locale', who.locale,
            'since', history.epoch_ms(who.since),
            'order_count', coalesce(totals.order_count, 0), 'contact_count', met.contact_count,
            'spent_minor', coalesce(totals.spent_minor, 0), 'currency', newest.currency,
            'spent', coalesce(totals.spent, '[]'), 'returned_count', coalesce(totals.returned_count, 0),
            'known_by', history.known_by(p_shop, v_all)
        ),
        coalesce(newest.list, '[]'),
        coalesce(met.list, '[]'),
        history.may_be(p_shop, v_all, 3),
        history.card_more(p_shop, v_all, newest.last_lines)
    FROM (
        SELECT -- what the newest order says of a person, whichever customer gave it
            (array_agg(c.name ORDER BY c.profile_at DESC)
                FILTER (WHERE c.name IS NOT NULL))[1] AS name,
            (array_agg(c.email ORDER BY c.profile_at DESC)
                FILTER (WHERE c.email IS NOT NULL))[1] AS email,
            (array_agg(c.phone ORDER BY c.profile_at DESC)
                FILTER (WHERE c.phone IS NOT NULL))[1] AS phone,
            (array_agg(c.city ORDER BY c.profile_at DESC)
                FILTER (WHERE c.city IS NOT NULL))[1] AS city,
            (array_agg(c.region ORDER BY c.profile_at DESC)
                FILTER (WHERE c.region IS NOT NULL))[1] AS region,
            (array_agg(c.locale ORDER BY c.profile_at DESC)
                FILTER (WHERE c.locale IS NOT NULL))[1] AS locale,
            min(c.since) AS since
        FROM history.customers c
        WHERE c.shop_id = p_shop AND c.id = ANY (v_all)
    ) who
    CROSS JOIN LATERAL (
        SELECT
            (array_agg(o.currency ORDER BY o.placed_at DESC, o.id DESC))[1] AS currency,
            (array_agg(o.lines ORDER BY o.placed_at DESC, o.id DESC))[1] AS last_lines,
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
            SELECT mine.*, row_number() OVER (ORDER BY mine.placed_at DESC, mine.id DESC) AS rank
            FROM unnest(v_all) AS one(id) CROSS JOIN LATERAL (
                SELECT * FROM history.orders o
                WHERE o.shop_id = p_shop AND o.customer_id = one.id
                ORDER BY o.placed_at DESC, o.id DESC
                LIMIT 20
            ) mine
            ORDER BY mine.placed_at DESC, mine.id DESC
            LIMIT 20
        ) o
        WHERE o.rank <= p_most OR o.status NOT IN ('delivered', 'cancelled', 'unavailable')
            OR o.parts -> 'returns' <> '[]'
    ) newest
    CROSS JOIN LATERAL (
        SELECT
            sum(each.orders) AS order_count, sum(each.returned) AS returned_count,
            max(each.spent_minor) FILTER (WHERE each.currency = newest.currency) AS spent_minor,
            jsonb_agg(jsonb_build_object('currency', each.currency, 'minor', each.spent_minor)
                ORDER BY each.spent_minor DESC) FILTER (WHERE each.spent_minor > 0) AS spent
        FROM (
            SELECT o.currency, count(*) AS orders,
                count(*) FILTER (WHERE o.returned_at IS NOT NULL) AS returned,
                coalesce(sum(o.total_minor - o.refunded_minor) FILTER (
                    WHERE o.status NOT IN ('cancelled', 'unavailable')
                ), 0)::bigint AS spent_minor
            FROM history.orders o
            WHERE o.shop_id = p_shop AND o.customer_id = ANY (v_all)
            GROUP BY o.currency
        ) each
    ) totals
    CROSS JOIN LATERAL (
        SELECT
            (SELECT count(*) FROM history.contacts t
             WHERE t.shop_id = p_shop AND t.customer_id = ANY (v_all)) AS contact_count,
            jsonb_agg(jsonb_build_object(
                'id', t.id, 'conversation_id', t.conversation_id, 'channel', t.channel,
                'started_at', history.epoch_ms(t.started_at),
                'ended_at', history.epoch_ms(t.ended_at),
                'end_reason', t.end_reason, 'agent_name', t.agent_name,
                'first_response_ms', t.first_response_ms, 'message_count', t.message_count,
                'first_words', t.first_words, 'last_words', t.last_words,
                'rating', t.rating, 'order_ids', t.order_ids, 'outcome', t.outcome
            ) ORDER BY t.ended_at DESC, t.id DESC) AS list
        FROM (
            SELECT mine.* FROM unnest(v_all) AS one(id) CROSS JOIN LATERAL (
                SELECT * FROM history.contacts t
                WHERE t.shop_id = p_shop AND t.customer_id = one.id
                ORDER BY t.ended_at DESC, t.id DESC
                LIMIT p_most
            ) mine
            ORDER BY mine.ended_at DESC, mine.id DESC
            LIMIT p_most
        ) t
    ) met;
END $$;
