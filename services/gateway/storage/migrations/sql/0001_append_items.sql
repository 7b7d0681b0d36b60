-- Commits one group of messages, of customers (p_session given) and agents, of at most 8 shops.
-- Numbers them gaplessly, writes one event a receiver, and answers new and repeated ones alike.
CREATE FUNCTION gateway.append_items(
    p_shop uuid[], p_sender uuid[], p_client_id text[], p_text text[],
    p_received_at timestamptz[], p_item uuid[], p_item_wire text[], p_session uuid[],
    p_conversation uuid[], p_conversation_wire text[], p_author_name text[],
    p_grant_assignment uuid[], p_grant_version int[]
) RETURNS TABLE (
    ord bigint, outcome text, conversation_id uuid, item_id uuid, seq bigint,
    created_at timestamptz, is_current boolean, agent_id uuid, version bigint, body jsonb
)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    v_shops uuid[] := ARRAY(SELECT DISTINCT unnest(p_shop));
    v_now timestamptz;
BEGIN
    IF cardinality(v_shops) > 8 THEN
        RAISE EXCEPTION 'a group holds at most 8 shops' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('app.shop_ids', array_to_string(v_shops, ','), true);
    PERFORM gateway.begin_conversations(
        p_session, p_client_id, p_conversation, p_conversation_wire);
    PERFORM 1 FROM gateway.conversations c
    WHERE c.id = ANY (p_conversation)
        OR (c.session_id = ANY (p_session) AND c.status = 'open')
    ORDER BY c.id FOR NO KEY UPDATE;
    v_now := date_trunc('milliseconds', clock_timestamp());

    -- The locks are held; this statement has a new snapshot and sees all that went before.
    RETURN QUERY
    WITH input AS (
        SELECT r.*, CASE WHEN r.session IS NULL THEN r.conversation ELSE (
            SELECT o.id FROM gateway.conversations o
            WHERE o.session_id = r.session AND o.status = 'open') END AS target
        FROM unnest(
            p_shop, p_sender, p_client_id, p_text, p_received_at, p_item, p_item_wire, p_session,
            p_conversation, p_author_name, p_grant_assignment, p_grant_version)
            WITH ORDINALITY AS r (
                shop, sender, client_id, text, received_at, item, item_wire, session,
                conversation, author_name, grant_assignment, grant_version, ord)
    ), judged AS (
        SELECT r.*, c.id AS cid, c.shop_id AS cshop, c.wire_id, c.last_seq, c.event_version,
            c.agent_id AS cagent, c.summary,
            k.conversation_id AS kconversation, k.id AS kid, k.seq AS kseq, k.created_at AS kat,
            CASE
                WHEN k.id IS NOT NULL AND (k.text <> r.text
                    OR (r.session IS NULL AND k.conversation_id <> r.conversation))
                    THEN 'client_id_conflict'
                WHEN k.id IS NOT NULL THEN 'known'
                WHEN c.id IS NULL AND r.session IS NULL THEN 'not_found'
                WHEN c.id IS NULL THEN 'try_again'
                WHEN r.session IS NOT NULL THEN 'new'
                WHEN c.agent_id IS DISTINCT FROM r.sender
                    AND coalesce(r.grant_version, 0) <= c.assignment_version THEN 'not_assigned'
                WHEN c.status <> 'open' THEN 'already_ended'
                ELSE 'new'
            END AS verdict,
            first_value(r.ord) OVER (PARTITION BY r.sender, r.client_id ORDER BY r.ord) AS leader
        FROM input r
        LEFT JOIN gateway.items k
            ON k.sender_id = r.sender AND k.client_id = r.client_id AND k.shop_id = r.shop
        LEFT JOIN gateway.conversations c ON c.id = r.target AND c.shop_id = r.shop
    ), numbered AS (
        SELECT j.*,
            j.last_seq + row_number() OVER lane AS new_seq,
            j.event_version + row_number() OVER lane AS new_version
        FROM judged j
        WHERE j.verdict = 'new' AND j.ord = j.leader
        WINDOW lane AS (PARTITION BY j.cid ORDER BY j.ord)
    ), fresh AS (
        SELECT n.*, jsonb_build_object(
            'item', jsonb_build_object(
                'id', n.item_wire, 'conversation_id', n.wire_id, 'seq', n.new_seq,
                'kind', 'message', 'visibility', 'everyone',
                'author', jsonb_build_object(
                    'kind', CASE WHEN n.session IS NULL THEN 'agent' ELSE 'customer' END,
                    'id', CASE WHEN n.session IS NULL THEN n.sender END,
                    'name', n.author_name),
                'text', n.text, 'client_id', n.client_id,
                'created_at', gateway.wire_instant(v_now)),
            'conversation', n.summary,
            'received_at', gateway.wire_instant(n.received_at)) AS new_body
        FROM numbered n
    ), inserted AS (
        INSERT INTO gateway.items (
            conversation_id, seq, id, shop_id, kind, visibility, author_kind, author_id,
            author_name, sender_id, client_id, text, received_at, created_at)
        SELECT f.cid, f.new_seq, f.item, f.cshop, 'message', 'everyone',
            CASE WHEN f.session IS NULL THEN 'agent' ELSE 'customer' END,
            CASE WHEN f.session IS NULL THEN f.sender END,
            f.author_name, f.sender, f.client_id, f.text, f.received_at, v_now
        FROM fresh f
    ), totals AS (
        SELECT f.cid, max(f.new_seq) AS top_seq, max(f.new_version) AS top_version,
            max(f.grant_version) AS top_grant
        FROM fresh f GROUP BY f.cid
    ), adopted AS (
        SELECT DISTINCT ON (f.cid) f.cid, f.sender, f.author_name, f.grant_assignment,
            f.grant_version
        FROM fresh f WHERE f.grant_version IS NOT NULL
        ORDER BY f.cid, f.grant_version DESC
    ), moved AS (
        UPDATE gateway.conversations c SET
            last_seq = t.top_seq,
            event_version = t.top_version,
            agent_id = CASE WHEN a.grant_version > c.assignment_version
                THEN a.sender ELSE c.agent_id END,
            agent_name = CASE WHEN a.grant_version > c.assignment_version
                THEN a.author_name ELSE c.agent_name END,
            assignment_id = CASE WHEN a.grant_version > c.assignment_version
                THEN a.grant_assignment ELSE c.assignment_id END,
            assignment_version = greatest(c.assignment_version, a.grant_version)
        FROM totals t LEFT JOIN adopted a ON a.cid = t.cid
        WHERE c.id = t.cid
    ), told AS (
        INSERT INTO gateway.outbox (
            receiver, shop_id, stream, version, event_id, type, occurred_at, body)
        SELECT receiver, f.cshop, f.wire_id, f.new_version, f.item, 'message.created', v_now,
            f.new_body
        FROM fresh f CROSS JOIN unnest(ARRAY['router', 'history']) AS receiver
    )
    SELECT j.ord,
        CASE WHEN j.verdict = 'new' AND j.ord <> j.leader
            THEN CASE WHEN f.text = j.text AND f.cid = j.cid
                THEN 'known' ELSE 'client_id_conflict' END
            ELSE j.verdict END,
        coalesce(j.kconversation, f.cid), coalesce(j.kid, f.item), coalesce(j.kseq, f.new_seq),
        coalesce(j.kat, v_now), coalesce(j.kconversation, f.cid) IS NOT DISTINCT FROM j.cid,
        coalesce(CASE WHEN f.grant_version IS NOT NULL THEN f.sender END, j.cagent),
        CASE WHEN j.ord = j.leader THEN f.new_version END,
        CASE WHEN j.ord = j.leader THEN f.new_body END
    FROM judged j LEFT JOIN fresh f ON f.ord = j.leader
    ORDER BY j.ord;
END
$$;
