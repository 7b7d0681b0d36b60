-- Says how far each of these streams of the gateway was heard; one never heard has no row.
CREATE FUNCTION router.heard(p_shop uuid, p_streams text[])
RETURNS TABLE (stream text, version bigint)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY SELECT i.stream, i.version FROM router.inbox i
        WHERE i.shop_id = p_shop AND i.emitter = 'gateway' AND i.stream = ANY (p_streams)
            AND i.version > 0;
END
$$
