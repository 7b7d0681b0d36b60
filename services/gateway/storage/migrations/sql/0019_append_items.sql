-- Commits one group of items, of customers (p_session given) and agents, of at most 8 shops.
-- Numbers them gaplessly, writes one event a receiver, and answers new and repeated ones alike.
-- A customer's message goes where its session stands; a survey names its conversation, ended or
-- not, and begins none. A note asks for no assignment: who may write one is judged before.
-- A grant newer than the assignment known here opens the conversation, an ended one too: the router
-- has re-opened it, and its event is on the way.
CREATE OR REPLACE FUNCTION gateway.append_items(
    p_shop uuid[], p_sender uuid[], p_client_id text[], p_text text[],
    p_received_at timestamptz[], p_item uuid[], p_item_wire text[], p_session uuid[],
    p_conversation uuid[], p_conversation_wire text[], p_author_name text[],
    p_grant_assignment uuid[], p_grant_version int[],
    p_kind text[], p_visibility text[], p_content jsonb[]
) RETURNS TABLE (
    ord bigint, outcome text, conversation_id uuid, item_id uuid, seq bigint,
    created_at timestamptz, is_current boolean, agent_id uuid, version bigint, body jsonb
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_shops uuid[] := ARRAY(SELECT DISTINCT unnest(p_shop));
    v_targets uuid[];
    v_now timestamptz;
    v_wire_now text;
BEGIN
    IF cardinality(v_shops) > 8 THEN
        RAISE EXCEPTION 'a group holds at most 8 shops' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('app.shop_ids', array_to_string(v_shops, ','), true);
    -- Where each row goes, found once; again only if one had no conversation to go to.
    FOR v_look IN 1..2 LOOP
        v_targets := ARRAY(
            SELECT CASE WHEN r.session IS NULL OR r.kind <> 'message' THEN r.conversation ELSE (
                SELECT o.id FROM gateway.conversations o
                WHERE o.session_id = r.session AND o.status = 'open') END
            FROM unnest(p_session, p_conversation, p_kind)
                WITH ORDINALITY AS r (session, conversation, kind, ord)
            ORDER BY r.ord);
        EXIT WHEN v_look = 2 OR array_position(v_targets, NULL) IS NULL;
        PERFORM gateway.begin_conversations(
            p_session, p_client_id, p_conversation, p_conversation_wire, p_kind);
    END LOOP;
    PERFORM 1 FROM gateway.conversations c WHERE c.id = ANY (v_targets)
    ORDER BY c.id FOR NO KEY UPDATE;
    v_now := date_trunc('milliseconds', clock_timestamp());
    v_wire_now := gateway.wire_instant(v_now);

    -- The locks are held; this statement has a new snapshot and sees all that went before.
    RETURN QUERY
    WITH judged AS (
        SELECT r.*, c.id AS cid, c.place AS cplace, c.wire_id, c.last_seq, c.event_version,
            c.agent_id AS cagent, c.summary,
            k.conversation_id AS kconversation, k.id AS kid, k.seq AS kseq, k.created_at AS kat,
            CASE
                WHEN k.id IS NOT NULL AND (k.text <> r.text OR k.kind <> r.kind
                    OR k.content IS DISTINCT FROM r.content
                    OR (r.session IS NULL AND k.conversation_id <> r.conversation))
                    THEN 'client_id_conflict'
                WHEN k.id IS NOT NULL THEN 'known'
                WHEN c.id IS NULL AND (r.session IS NULL OR r.kind <> 'message')
                    THEN 'not_found'
                WHEN c.id IS NULL THEN 'try_again'
                WHEN c.session_id <> r.session THEN 'not_found'
                WHEN r.session IS NOT NULL OR r.kind = 'note' THEN 'new'
                WHEN c.agent_id IS DISTINCT FROM r.sender
                    AND coalesce(r.grant_version, 0) <= c.assignment_version THEN 'not_assigned'
                WHEN c.status = 'open' THEN 'new'
                WHEN coalesce(r.grant_version, 0) <= c.assignment_version
                    OR gateway.has_gone_on(c.session_id, c.id, c.started_at) THEN 'already_ended'
                ELSE 'new'
            END AS verdict,
            first_value(r.ord) OVER twins = r.ord AS leads,
            first_value(r.text) OVER twins = r.text
                AND first_value(r.kind) OVER twins = r.kind
                AND first_value(r.content) OVER twins IS NOT DISTINCT FROM r.content
                AND first_value(c.id) OVER twins = c.id AS agrees
        FROM unnest(
            p_shop, p_sender, p_client_id, p_text, p_received_at, p_item, p_item_wire, p_session,
            p_conversation, p_author_name, p_grant_assignment, p_grant_version, p_kind,
            p_visibility, p_content, v_targets)
            WITH ORDINALITY AS r (
                shop, sender, client_id, text, received_at, item, item_wire, session,
                conversation, author_name, grant_assignment, grant_version, kind, visibility,
                content, target, ord)
        -- OFFSET 0 keeps each a look-up by index for each row: while a table was small when it was last
        -- analysed, the planner would rather walk all of it for every row, however it has grown since.
        LEFT JOIN LATERAL (
            SELECT i.* FROM gateway.items i
            WHERE i.sender_id = r.sender AND i.client_id = r.client_id AND i.shop_id = r.shop
            OFFSET 0) AS k ON true
        LEFT JOIN LATERAL (
            SELECT o.*, o.ctid AS place FROM gateway.conversations o
            WHERE o.id = r.target AND o.shop_id = r.shop
                -- What ended between being found and being locked is not written to.
                AND (o.status = 'open' OR r.session IS NULL OR r.kind <> 'message')
            OFFSET 0) AS c ON true
        WINDOW twins AS (PARTITION BY r.sender, r.client_id ORDER BY r.ord)
    ), counted AS (
        SELECT j.*, j.verdict = 'new' AND j.leads AS is_new,
            count(*) FILTER (WHERE j.verdict = 'new' AND j.leads)
                OVER (PARTITION BY j.cid ORDER BY j.ord) AS place
        FROM judged j
    ), written AS (
        SELECT w.*, CASE WHEN w.is_new THEN jsonb_build_object(
            'id', w.item_wire, 'conversation_id', w.wire_id,
            'seq', w.last_seq + w.place, 'kind', w.kind, 'visibility', w.visibility,
            'author', jsonb_build_object(
                'kind', CASE WHEN w.session IS NULL THEN 'agent' ELSE 'customer' END,
                'id', CASE WHEN w.session IS NULL THEN gateway.agent_wire(w.sender) END,
                'name', w.author_name),
            'text', w.text, 'client_id', w.client_id, 'created_at', v_wire_now) END AS plain
        FROM counted w
    ), placed AS MATERIALIZED (
        SELECT n.*,
            CASE WHEN n.verdict = 'new'
                THEN n.last_seq + first_value(n.place) OVER twins END AS new_seq,
            CASE WHEN n.verdict = 'new' THEN first_value(n.item) OVER twins END AS new_item,
            CASE WHEN n.is_new THEN n.event_version + n.place END AS new_version,
            CASE WHEN n.is_new THEN jsonb_build_object(
                'item', CASE WHEN n.content IS NULL THEN n.plain ELSE n.plain || n.content END,
                'conversation', n.summary,
                'received_at', gateway.wire_instant(n.received_at)) END AS new_body
        FROM written n
        WINDOW twins AS (PARTITION BY n.sender, n.client_id ORDER BY n.ord)
    ), inserted AS (
        INSERT INTO gateway.items (
            conversation_id, seq, id, shop_id, kind, visibility, author_kind, author_id,
            author_name, sender_id, client_id, text, content, received_at, created_at)
        SELECT f.cid, f.new_seq, f.item, f.shop, f.kind, f.visibility,
            CASE WHEN f.session IS NULL THEN 'agent' ELSE 'customer' END,
            CASE WHEN f.session IS NULL THEN f.sender END,
            f.author_name, f.sender, f.client_id, f.text, f.content, f.received_at, v_now
        FROM placed f WHERE f.is_new
    ), totals AS (
        -- Of several grants in one group the newest assignment wins.
        SELECT f.cid, min(f.cplace) AS place, max(f.new_seq) AS top_seq, max(f.new_version) AS top_version,
            (array_agg(f.sender ORDER BY f.grant_version DESC NULLS LAST))[1] AS sender,
            (array_agg(f.author_name ORDER BY f.grant_version DESC NULLS LAST))[1] AS author_name,
            (array_agg(f.grant_assignment ORDER BY f.grant_version DESC NULLS LAST))[1]
                AS grant_assignment,
            max(f.grant_version) AS grant_version
        FROM placed f WHERE f.is_new GROUP BY f.cid
    ), moved AS (
        UPDATE gateway.conversations c SET
            last_seq = t.top_seq,
            event_version = t.top_version,
            status = CASE WHEN t.grant_version > c.assignment_version
                THEN 'open' ELSE c.status END,
            ended_at = CASE WHEN t.grant_version > c.assignment_version
                THEN NULL ELSE c.ended_at END,
            agent_id = CASE WHEN t.grant_version > c.assignment_version
                THEN t.sender ELSE c.agent_id END,
            agent_name = CASE WHEN t.grant_version > c.assignment_version
                THEN t.author_name ELSE c.agent_name END,
            assignment_id = CASE WHEN t.grant_version > c.assignment_version
                THEN t.grant_assignment ELSE c.assignment_id END,
            assignment_version = greatest(c.assignment_version, t.grant_version)
        -- By its place, which nobody can have changed: the row is locked.
        FROM totals t WHERE c.ctid = t.place
    ), told AS (
        INSERT INTO gateway.outbox (
            receiver, shop_id, stream, version, event_id, type, occurred_at, body)
        SELECT receiver, f.shop, f.wire_id, f.new_version, f.item, 'message.created', v_now,
            f.new_body
        FROM placed f CROSS JOIN unnest(ARRAY['router', 'history']) AS receiver
        WHERE f.is_new
    )
    SELECT p.ord,
        CASE WHEN p.verdict <> 'new' OR p.leads THEN p.verdict
            WHEN p.agrees THEN 'known' ELSE 'client_id_conflict' END,
        coalesce(p.kconversation, p.cid), coalesce(p.kid, p.new_item),
        coalesce(p.kseq, p.new_seq), coalesce(p.kat, v_now),
        coalesce(p.kconversation, p.cid) IS NOT DISTINCT FROM p.cid,
        CASE WHEN p.session IS NULL AND p.kind <> 'note' THEN p.sender ELSE p.cagent END,
        p.new_version, p.new_body
    FROM placed p ORDER BY p.ord;
END
$$;
