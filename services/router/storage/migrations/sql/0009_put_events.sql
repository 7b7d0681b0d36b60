-- Writes the events to be sent and to be posted, and how far the gateway's streams have taken effect.
CREATE OR REPLACE FUNCTION router.put_events(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_heard int;
    v_taken int;
BEGIN
    INSERT INTO router.outbox
        (receiver, shop_id, stream, version, event_id, type, occurred_at, body)
    SELECT r.receiver, r.shop_id, r.stream, r.version, r.event_id, r.type, r.occurred_at, r.body
    FROM jsonb_populate_recordset(NULL::router.outbox, p_rows -> 'outbox') r
    WHERE r.shop_id = ANY (p_held);
    SELECT count(*) INTO v_heard
    FROM jsonb_populate_recordset(NULL::router.inbox, p_rows -> 'inbox') r
    WHERE r.shop_id = ANY (p_held);
    INSERT INTO router.inbox AS i (shop_id, emitter, stream, version)
    SELECT r.shop_id, r.emitter, r.stream, r.version
    FROM jsonb_populate_recordset(NULL::router.inbox, p_rows -> 'inbox') r
    WHERE r.shop_id = ANY (p_held)
    ORDER BY r.shop_id, r.emitter, r.stream
    ON CONFLICT (shop_id, emitter, stream) DO UPDATE SET version = excluded.version
        WHERE i.version < excluded.version;
    GET DIAGNOSTICS v_taken = ROW_COUNT;
    IF v_taken <> v_heard THEN
        -- The owner took an event twice: its engine is wrong and must be thrown away.
        RAISE EXCEPTION 'an event of the gateway was taken twice';
    END IF;
    PERFORM router.put_webhooks(p_held, p_rows);
END
$$
