-- Takes a batch of products, all or nothing, and says how many were new, changed, known and outdated.
CREATE FUNCTION history.ingest_products(p_shop uuid, p_products jsonb)
RETURNS TABLE (created integer, updated integer, unchanged integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_total integer := jsonb_array_length(p_products);
    v_same integer;
    v_known integer;
    v_done integer;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    SELECT count(*), count(*) FILTER (WHERE known.same) INTO v_known, v_same
    FROM jsonb_to_recordset(p_products) AS d(platform text, reference text, digest text)
    CROSS JOIN LATERAL (
        SELECT p.digest = decode(d.digest, 'hex') AS same FROM history.products p
        WHERE p.shop_id = p_shop AND p.platform = d.platform AND p.reference = d.reference
        OFFSET 0
    ) known;

    INSERT INTO history.products AS p (
        shop_id, platform, reference, updated_at, title, picture_url, url, digest
    )
    SELECT p_shop, d.platform, d.reference, to_timestamp(d.updated_at / 1000.0), d.title,
        d.picture_url, d.url, decode(d.digest, 'hex')
    FROM jsonb_to_recordset(p_products) AS d(
        platform text, reference text, updated_at bigint, title text, picture_url text, url text,
        digest text
    )
    ORDER BY d.platform, d.reference
    ON CONFLICT (shop_id, platform, reference) DO UPDATE SET
        updated_at = excluded.updated_at, title = excluded.title,
        picture_url = excluded.picture_url, url = excluded.url, digest = excluded.digest
    WHERE history.supersedes(excluded.updated_at, excluded.digest, p.updated_at, p.digest);
    GET DIAGNOSTICS v_done = ROW_COUNT;

    -- Of two batches that meet, the later may count a row as new that the earlier made.
    RETURN QUERY SELECT v_total - v_known, greatest(v_done - (v_total - v_known), 0), v_same,
        v_total - v_same - greatest(v_done, v_total - v_known);
END $$;
