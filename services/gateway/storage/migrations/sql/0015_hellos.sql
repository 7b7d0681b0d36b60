-- The sites of many hellos, of any number of shops: each is found in the scope of its own.
CREATE FUNCTION gateway.sites_for_hellos(
    p_shops uuid[], p_sites uuid[], p_sessions uuid[]
) RETURNS TABLE (
    place int, key text, customer_secret text, origins text[], old_key text, old_secret text,
    closed boolean, under_way boolean
)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    FOR i IN 1 .. cardinality(p_shops) LOOP
        RETURN QUERY SELECT i, s.*
            FROM gateway.site_for_hello(p_shops[i], p_sites[i], p_sessions[i]) s;
    END LOOP;
END
$$;

-- Opens the sessions of many hellos in one transaction, each as `open_session` does in the scope of
-- its own shop. Those that go on are locked in the order of their ids, as appends lock them.
CREATE FUNCTION gateway.open_sessions(
    p_shops uuid[], p_sites uuid[], p_sessions uuid[], p_digests bytea[], p_new_sessions uuid[],
    p_new_digests bytea[], p_summaries jsonb[], p_kinds text[], p_values text[],
    p_verified boolean[], p_names text[], p_proofs bytea[]
) RETURNS TABLE (
    place int, session_id uuid, is_new boolean, epoch int, connection_no bigint,
    conversation_id uuid, last_seq bigint
)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    i int;
BEGIN
    FOR i IN SELECT n FROM unnest(p_sessions) WITH ORDINALITY AS r (id, n) ORDER BY r.id, n LOOP
        RETURN QUERY SELECT i, o.* FROM gateway.open_session(
            p_shops[i], p_sites[i], p_sessions[i], p_digests[i], p_new_sessions[i],
            p_new_digests[i], p_summaries[i], p_kinds[i], p_values[i], p_verified[i], p_names[i],
            p_proofs[i]) o;
    END LOOP;
END
$$;
