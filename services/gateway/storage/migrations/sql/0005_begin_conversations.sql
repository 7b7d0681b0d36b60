-- Begins a conversation for each session of these rows that has none open, unless the row is no
-- message or only repeats one. Two nodes meet at the session's row lock; the second finds the first's.
CREATE FUNCTION gateway.begin_conversations(
    p_session uuid[], p_client_id text[], p_conversation uuid[], p_conversation_wire text[],
    p_kind text[]
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    v_now timestamptz;
    -- A scalar subquery is an index look-up a row; NOT EXISTS became a scan of all that are open.
    v_without uuid[] := ARRAY(
        SELECT DISTINCT r.session FROM unnest(p_session, p_kind) AS r (session, kind)
        WHERE r.session IS NOT NULL AND r.kind = 'message' AND (
            SELECT o.id FROM gateway.conversations o
            WHERE o.session_id = r.session AND o.status = 'open') IS NULL);
BEGIN
    IF cardinality(v_without) = 0 THEN
        RETURN;
    END IF;
    PERFORM 1 FROM gateway.sessions s WHERE s.id = ANY (v_without)
    ORDER BY s.id FOR NO KEY UPDATE;
    v_now := date_trunc('milliseconds', clock_timestamp());
    -- A new statement sees what was committed while it waited for the locks.
    INSERT INTO gateway.conversations (
        id, shop_id, site_id, session_id, wire_id, channel, customer_kind, customer_value,
        customer_verified, customer_name, started_at, summary)
    SELECT DISTINCT ON (s.id)
        r.conversation, s.shop_id, s.site_id, s.id, r.wire, s.summary ->> 'channel',
        s.customer_kind, s.customer_value, s.customer_verified, s.customer_name, v_now,
        s.summary || jsonb_build_object('id', r.wire, 'started_at', gateway.wire_instant(v_now))
    FROM unnest(p_session, p_client_id, p_conversation, p_conversation_wire, p_kind)
        WITH ORDINALITY AS r (session, client_id, conversation, wire, kind, ord)
    JOIN gateway.sessions s ON s.id = r.session
    WHERE r.session = ANY (v_without) AND r.kind = 'message'
        AND (SELECT o.id FROM gateway.conversations o
            WHERE o.session_id = r.session AND o.status = 'open') IS NULL
        AND (SELECT k.id FROM gateway.items k
            WHERE k.sender_id = r.session AND k.client_id = r.client_id) IS NULL
    ORDER BY s.id, r.ord
    ON CONFLICT DO NOTHING;
END
$$;
