-- The words of a conversation, notes among them, of its first 100,000 characters (a tsvector holds
-- a megabyte). The words that begin with ~ are ours: no text makes one.
CREATE FUNCTION gateway.words_of(p_shop uuid, p_conversation uuid) RETURNS tsvector
LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
    SELECT to_tsvector('simple', coalesce(gateway.plain(left(
            (SELECT string_agg(i.text, ' ' ORDER BY i.seq) FROM gateway.items i
                WHERE i.conversation_id = p_conversation AND i.kind IN ('message', 'note')),
            100000)), ''))
        || array_to_tsvector(ARRAY['~s' || p_shop] || ARRAY(
            SELECT '~a' || s.agent_id FROM gateway.served s
            WHERE s.shop_id = p_shop AND s.conversation_id = p_conversation))
$$;
