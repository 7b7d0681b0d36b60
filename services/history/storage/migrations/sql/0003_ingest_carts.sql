-- Takes a batch of carts, all or nothing, and says how many were new, changed, known and outdated. Whose
-- customer is not known yet is made: the shop vouches for its own ids. Rows are locked in one order
-- (identities, carts, each sorted), so batches that meet never deadlock.
CREATE FUNCTION history.ingest_carts(p_shop uuid, p_carts jsonb)
RETURNS TABLE (created integer, updated integer, unchanged integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_total integer := jsonb_array_length(p_carts);
    v_same integer;
    v_known integer;
    v_done integer;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    PERFORM history.certain_customer(
        p_shop, 'shop_customer', wanted.shop_ref, NULL, wanted.customer_id
    )
    FROM (
        SELECT DISTINCT ON (d.shop_ref) d.shop_ref, d.customer_id
        FROM jsonb_to_recordset(p_carts) AS d(shop_ref text, customer_id uuid)
        ORDER BY d.shop_ref
    ) wanted;

    SELECT count(*), count(*) FILTER (WHERE known.same) INTO v_known, v_same
    FROM jsonb_to_recordset(p_carts) AS d(platform text, reference text, digest text)
    CROSS JOIN LATERAL (
        SELECT c.digest = decode(d.digest, 'hex') AS same FROM history.carts c
        WHERE c.shop_id = p_shop AND c.platform = d.platform AND c.reference = d.reference
        OFFSET 0
    ) known;

    INSERT INTO history.carts AS c (
        shop_id, platform, reference, customer_id, updated_at, completed_at, ordered_at, currency,
        total_minor, lines, digest
    )
    SELECT p_shop, d.platform, d.reference, history.shop_customer(p_shop, d.shop_ref),
        to_timestamp(d.updated_at / 1000.0), to_timestamp(d.completed_at / 1000.0), (
            SELECT min(o.placed_at) FROM history.orders o
            WHERE o.shop_id = p_shop AND o.platform = d.platform AND o.cart_reference = d.reference
        ), d.currency, d.total_minor, d.lines, decode(d.digest, 'hex')
    FROM jsonb_to_recordset(p_carts) AS d(
        platform text, reference text, shop_ref text, updated_at bigint, completed_at bigint,
        currency text, total_minor bigint, lines jsonb, digest text
    )
    ORDER BY d.platform, d.reference
    ON CONFLICT (shop_id, platform, reference) DO UPDATE SET
        customer_id = excluded.customer_id, updated_at = excluded.updated_at,
        completed_at = excluded.completed_at,
        ordered_at = coalesce(c.ordered_at, excluded.ordered_at), currency = excluded.currency,
        total_minor = excluded.total_minor, lines = excluded.lines, digest = excluded.digest
    WHERE history.supersedes(excluded.updated_at, excluded.digest, c.updated_at, c.digest);
    GET DIAGNOSTICS v_done = ROW_COUNT;

    RETURN QUERY SELECT v_total - v_known, greatest(v_done - (v_total - v_known), 0), v_same,
        v_total - v_same - greatest(v_done, v_total - v_known);
END $$;
