-- The words of a conversation, notes among them: of its first 100,000 characters, and of the first
-- 100,000 that become of those when they are made plain, as one sign may become eighteen. A tsvector
-- holds a megabyte of words. The worst text tried, words of four-byte letters with a hyphen in each,
-- which are indexed whole and in their parts, makes 0.97 MB. Words that begin with ~ are ours: no
-- text makes one.
CREATE OR REPLACE FUNCTION gateway.words_of(p_shop uuid, p_conversation uuid) RETURNS tsvector
LANGUAGE sql STABLE
SET enable_seqscan = off
AS $$
    SELECT to_tsvector('simple', left(coalesce(gateway.plain(left(
            (SELECT string_agg(i.text, ' ' ORDER BY i.seq) FROM gateway.items i
                WHERE i.conversation_id = p_conversation AND i.kind IN ('message', 'note')),
            100000)), ''), 100000))
        || array_to_tsvector(ARRAY['~s' || p_shop] || ARRAY(
            SELECT '~a' || s.agent_id FROM gateway.served s
            WHERE s.shop_id = p_shop AND s.conversation_id = p_conversation))
$$;
