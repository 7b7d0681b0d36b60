-- Order numbers are only gathered here: whose they are is looked up when the conversation ends.
-- What the gateway says of start and channel holds, whoever spoke first.
CREATE OR REPLACE FUNCTION history.note_message(p_shop uuid, p_fact jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO history.conversations AS c (
        shop_id, id, channel, started_at, customer_kind, customer_value, customer_name,
        message_count, first_seq, first_words, last_seq, last_words, rating, named
    )
    SELECT p_shop, f.conversation_id, f.channel, to_timestamp(f.started_at / 1000.0),
        f.customer_kind, f.customer_value, f.customer_name,
        f.counts::integer, CASE WHEN f.first_words IS NOT NULL THEN f.seq END,
        coalesce(f.first_words, ''),
        CASE WHEN f.last_words IS NOT NULL THEN f.seq END, f.last_words,
        f.rating, coalesce(f.named, '{}')
    FROM jsonb_to_record(p_fact) AS f(
        conversation_id uuid, channel text, started_at bigint, customer_kind text,
        customer_value text, customer_name text, seq bigint, counts boolean, first_words text,
        last_words text, rating smallint, named text[]
    )
    ON CONFLICT ON CONSTRAINT conversations_pkey DO UPDATE SET
        channel = excluded.channel,
        started_at = excluded.started_at,
        customer_kind = coalesce(excluded.customer_kind, c.customer_kind),
        customer_value = coalesce(excluded.customer_value, c.customer_value),
        customer_name = coalesce(excluded.customer_name, c.customer_name),
        message_count = c.message_count + excluded.message_count,
        first_words = CASE WHEN excluded.first_seq IS NOT NULL
            AND (c.first_seq IS NULL OR excluded.first_seq < c.first_seq)
            THEN excluded.first_words ELSE c.first_words END,
        first_seq = least(c.first_seq, excluded.first_seq), -- least() ignores nulls
        last_words = CASE WHEN excluded.last_seq IS NOT NULL
            AND (c.last_seq IS NULL OR excluded.last_seq > c.last_seq)
            THEN excluded.last_words ELSE c.last_words END,
        last_seq = greatest(c.last_seq, excluded.last_seq),
        rating = coalesce(excluded.rating, c.rating),
        named = CASE WHEN excluded.named <@ c.named THEN c.named
            ELSE (ARRAY(SELECT DISTINCT n FROM unnest(c.named || excluded.named) n))[:50] END;
END $$;
