-- Takes a batch of orders as a JSON array, as the release before history.told_order sends it, so
-- that its nodes work on until the last of them is stopped. To be dropped a release later.
CREATE FUNCTION history.ingest_orders(
    p_shop uuid, p_orders jsonb, p_source text, p_next_batch integer
)
RETURNS TABLE (created integer, updated integer, unchanged integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
    v_orders history.told_order[];
BEGIN
    SELECT coalesce(array_agg(jsonb_populate_record(
        NULL::history.told_order,
        doc || jsonb_build_object('digest', '\x' || (doc ->> 'digest'))
    )), '{}') INTO v_orders FROM jsonb_array_elements(p_orders) AS doc;
    RETURN QUERY SELECT * FROM history.ingest_orders(p_shop, v_orders, p_source, p_next_batch);
END $$;
