-- Takes a batch of orders, all or nothing, and says how many were new, changed, known
-- already, and older than what is known: those change nothing.
-- Rows are locked in one order (identities, customers, orders, each sorted), so batches that meet
-- wait for one another and never deadlock. Every statement sees what the one before it waited for.
-- Rows are found by subqueries on keys: a join planned while a table was empty would turn around.
CREATE OR REPLACE FUNCTION history.ingest_orders(
    p_shop uuid, p_orders jsonb, p_source text, p_next_batch integer
)
RETURNS TABLE (created integer, updated integer, unchanged integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_changed jsonb;
    v_ids jsonb;
    v_fresh uuid[];
    v_done uuid[] := '{}';
    v_created integer := 0;
    v_outdated integer := 0;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    -- The keys are columns here: as expressions (doc ->> 'reference') they are not leakproof, and
    -- under row security no index would be used.
    SELECT jsonb_agg(d.doc) FILTER (WHERE d.news), array_agg(d.order_id) FILTER (WHERE d.news),
        count(*) FILTER (WHERE NOT d.news AND NOT d.same)
    INTO v_changed, v_fresh, v_outdated
    FROM (
        SELECT told.doc, told.order_id, coalesce(known.supersedes, true) AS news,
            coalesce(known.same, false) AS same
        FROM ROWS FROM (
            jsonb_array_elements(p_orders),
            jsonb_to_recordset(p_orders) AS (
                order_id uuid, platform text, reference text, digest text, updated_at bigint
            )
        ) AS told(doc, order_id, platform, reference, digest, updated_at)
        LEFT JOIN LATERAL (
            SELECT o.digest = decode(told.digest, 'hex') AS same,
                history.supersedes(
                    to_timestamp(told.updated_at / 1000.0), decode(told.digest, 'hex'),
                    o.updated_at, o.digest
                ) AS supersedes
            FROM history.orders o
            WHERE o.shop_id = p_shop AND o.platform = told.platform
                AND o.reference = told.reference
            OFFSET 0
        ) known ON true
    ) d;

    IF v_changed IS NOT NULL THEN
        v_ids := history.take_customers(p_shop, v_changed);

        WITH done AS (
            INSERT INTO history.orders AS o (
                shop_id, id, customer_id, platform, reference, number, status, placed_at,
                updated_at, promised_at, delivered_at, currency, total_minor, refunded_minor,
                returned_at, note, review_score, review_text, cart_reference, lines, parts, digest
            )
            SELECT
                p_shop, d.order_id, (v_ids ->> d.shop_ref)::uuid, d.platform,
                d.reference, d.number, d.status, to_timestamp(d.placed_at / 1000.0),
                to_timestamp(d.updated_at / 1000.0), to_timestamp(d.promised_at / 1000.0),
                to_timestamp(d.delivered_at / 1000.0),
                d.currency, d.total_minor, coalesce(d.refunded_minor, 0),
                to_timestamp(d.returned_at / 1000.0), d.note, d.review_score, d.review_text,
                d.cart_reference, d.lines, coalesce(d.parts, '{}'), decode(d.digest, 'hex')
            FROM jsonb_to_recordset(v_changed) AS d(
                order_id uuid, shop_ref text, platform text, reference text, number text,
                status text, placed_at bigint, updated_at bigint, promised_at bigint, delivered_at bigint, currency text,
                total_minor bigint, refunded_minor bigint, returned_at bigint, note text,
                review_score smallint, review_text text, cart_reference text, lines jsonb,
                parts jsonb, digest text
            )
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
        SELECT coalesce(array_agg(done.id), '{}') INTO v_done FROM done;

        SELECT count(*) INTO v_created FROM unnest(v_done) AS d(id) WHERE d.id = ANY (v_fresh);

        PERFORM history.end_carts(p_shop, v_changed);
    END IF;

    IF p_source IS NOT NULL THEN
        INSERT INTO history.imports (shop_id, source, next_batch)
        VALUES (p_shop, p_source, p_next_batch)
        ON CONFLICT (shop_id, source) DO UPDATE SET next_batch = excluded.next_batch;
    END IF;

    RETURN QUERY SELECT v_created, cardinality(v_done) - v_created,
        jsonb_array_length(p_orders) - cardinality(v_done) - v_outdated, v_outdated;
END $$;
