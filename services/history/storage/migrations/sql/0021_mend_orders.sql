-- Takes orders of which some may be known, and says how many were new, changed, and older than what is
-- known: those change nothing.
-- Rows are found by subqueries on keys: a join planned while a table was empty would turn around.
CREATE FUNCTION history.mend_orders(p_shop uuid, p_orders history.told_order[])
RETURNS TABLE (created integer, updated integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_news history.told_order[];
    v_fresh uuid[];
    v_ids jsonb;
    v_created integer := 0;
    v_done integer := 0;
    v_outdated integer := 0;
BEGIN
    SELECT array_agg(d.told) FILTER (WHERE d.news), array_agg(d.order_id) FILTER (WHERE d.news),
        count(*) FILTER (WHERE NOT d.news AND NOT d.same)
    INTO v_news, v_fresh, v_outdated
    FROM (
        SELECT told, told.order_id, coalesce(known.supersedes, true) AS news,
            coalesce(known.same, false) AS same
        FROM unnest(p_orders) AS told
        LEFT JOIN LATERAL (
            SELECT o.digest = told.digest AS same,
                history.supersedes(
                    to_timestamp(told.updated_at / 1000::float8), told.digest, o.updated_at, o.digest
                ) AS supersedes
            FROM history.orders o
            WHERE o.shop_id = p_shop AND o.platform = told.platform
                AND o.reference = told.reference
            OFFSET 0
        ) known ON true
    ) d;

    IF v_news IS NOT NULL THEN
        v_ids := history.take_customers(p_shop, v_news);

        WITH done AS (
            INSERT INTO history.orders AS o (
                shop_id, id, customer_id, platform, reference, number, status, placed_at,
                updated_at, promised_at, delivered_at, currency, total_minor, refunded_minor,
                returned_at, note, review_score, review_text, cart_reference, lines, parts, digest
            )
            SELECT
                p_shop, d.order_id, (v_ids ->> d.shop_ref)::uuid, d.platform,
                d.reference, d.number, d.status, to_timestamp(d.placed_at / 1000::float8),
                to_timestamp(d.updated_at / 1000::float8), to_timestamp(d.promised_at / 1000::float8),
                to_timestamp(d.delivered_at / 1000::float8), d.currency, d.total_minor, d.refunded_minor,
                to_timestamp(d.returned_at / 1000::float8), d.note, d.review_score, d.review_text,
                d.cart_reference, d.lines, d.parts, d.digest
            FROM unnest(v_news) AS d
            ORDER BY d.platform, d.reference
            ON CONFLICT (shop_id, platform, reference) DO UPDATE SET
                customer_id = excluded.customer_id, number = excluded.number,
                status = excluded.status, placed_at = excluded.placed_at,
                updated_at = excluded.updated_at, promised_at = excluded.promised_at,
                delivered_at = excluded.delivered_at, currency = excluded.currency,
                total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor,
                returned_at = excluded.returned_at, note = excluded.note,
                review_score = excluded.review_score,
                review_text = excluded.review_text,
                cart_reference = excluded.cart_reference, lines = excluded.lines,
                parts = excluded.parts, digest = excluded.digest
            WHERE history.supersedes(excluded.updated_at, excluded.digest, o.updated_at, o.digest)
            RETURNING o.id
        )
        SELECT count(*), count(fresh.id)
        INTO v_done, v_created
        FROM done LEFT JOIN unnest(v_fresh) AS fresh(id) ON fresh.id = done.id;

        PERFORM history.end_carts(p_shop, v_news);
    END IF;

    RETURN QUERY SELECT v_created, v_done - v_created, v_outdated;
END $$;
