-- Takes a batch of orders, all or nothing, and says how many were new, changed and known already.
-- Rows are locked in one order (identities, customers, orders, each sorted), so batches that meet
-- wait for one another and never deadlock. Every statement sees what the one before it waited for.
CREATE FUNCTION history.ingest_orders(
    p_shop uuid, p_orders jsonb, p_source text, p_next_batch integer
)
RETURNS TABLE (created integer, updated integer, unchanged integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_changed jsonb;
    v_created integer := 0;
    v_updated integer := 0;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    SELECT jsonb_agg(doc) INTO v_changed
    FROM jsonb_array_elements(p_orders) AS incoming(doc)
    LEFT JOIN history.orders o ON o.shop_id = p_shop
        AND o.platform = doc ->> 'platform' AND o.reference = doc ->> 'reference'
    WHERE o.digest IS DISTINCT FROM decode(doc ->> 'digest', 'hex');

    IF v_changed IS NOT NULL THEN
        PERFORM history.ingest_customers(p_shop, v_changed);

        WITH done AS (
            INSERT INTO history.orders AS o (
                shop_id, id, customer_id, platform, reference, status, placed_at, promised_at,
                delivered_at, currency, total_minor, review_score, review_text, lines, digest
            )
            SELECT
                p_shop, d.order_id, i.customer_id, d.platform, d.reference, d.status,
                to_timestamp(d.placed_at / 1000.0), to_timestamp(d.promised_at / 1000.0),
                to_timestamp(d.delivered_at / 1000.0), d.currency, d.total_minor, d.review_score,
                d.review_text, d.lines, decode(d.digest, 'hex')
            FROM jsonb_to_recordset(v_changed) AS d(
                order_id uuid, shop_ref text, platform text, reference text, status text,
                placed_at bigint, promised_at bigint, delivered_at bigint, currency text,
                total_minor bigint, review_score smallint, review_text text, lines jsonb,
                digest text
            )
            JOIN history.identities i ON i.shop_id = p_shop
                AND i.kind = 'shop_customer' AND i.value = d.shop_ref
            ORDER BY d.platform, d.reference
            ON CONFLICT (shop_id, platform, reference) DO UPDATE SET
                customer_id = excluded.customer_id, status = excluded.status,
                placed_at = excluded.placed_at, promised_at = excluded.promised_at,
                delivered_at = excluded.delivered_at, currency = excluded.currency,
                total_minor = excluded.total_minor, review_score = excluded.review_score,
                review_text = excluded.review_text, lines = excluded.lines,
                digest = excluded.digest
            WHERE o.digest <> excluded.digest
            RETURNING o.id
        )
        SELECT count(*) FILTER (WHERE d.order_id IS NOT NULL),
               count(*) FILTER (WHERE d.order_id IS NULL)
        INTO v_created, v_updated
        FROM done LEFT JOIN jsonb_to_recordset(v_changed) AS d(order_id uuid)
            ON d.order_id = done.id;
    END IF;

    IF p_source IS NOT NULL THEN
        INSERT INTO history.imports (shop_id, source, next_batch)
        VALUES (p_shop, p_source, p_next_batch)
        ON CONFLICT (shop_id, source) DO UPDATE SET next_batch = excluded.next_batch;
    END IF;

    RETURN QUERY SELECT v_created, v_updated,
        jsonb_array_length(p_orders) - v_created - v_updated;
END $$;
