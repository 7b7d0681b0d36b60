-- Keeps a promise as the router tells it; an older version changes nothing. One that is over keeps its
-- row without words: what was told before it may come after it.
CREATE FUNCTION history.note_promise(p_shop uuid, p_fact jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO history.promises AS p (
        shop_id, id, version, customer_id, conversation_id, text, due_at, order_reference,
        promised_at, promised_by, is_over
    )
    SELECT p_shop, f.promise_id, f.promise_version, history.certain_customer(
            p_shop, f.customer_kind, f.customer_value, f.customer_name, f.customer_id
        ), f.conversation_id, f.text, to_timestamp(f.due_at / 1000.0), f.order_reference,
        to_timestamp(f.promised_at / 1000.0), f.promised_by, f.is_over
    FROM jsonb_to_record(p_fact) AS f(
        promise_id uuid, promise_version bigint, customer_kind text, customer_value text, customer_name text,
        customer_id uuid, conversation_id uuid, text text, due_at bigint, order_reference text,
        promised_at bigint, promised_by text, is_over boolean
    )
    ON CONFLICT (id, shop_id) DO UPDATE SET
        version = excluded.version, customer_id = excluded.customer_id, text = excluded.text,
        due_at = excluded.due_at, order_reference = excluded.order_reference,
        is_over = excluded.is_over
    WHERE excluded.version > p.version;
END $$;
