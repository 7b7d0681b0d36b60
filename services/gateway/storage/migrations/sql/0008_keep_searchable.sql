-- Keeps what a conversation that has ended is found by; one that is open is searched as it stands.
CREATE FUNCTION gateway.keep_searchable(p_shop uuid, p_conversation uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true)
    WHERE coalesce(current_setting('app.shop_ids', true), '') = '';
    INSERT INTO gateway.searchable (conversation_id, shop_id, words)
    SELECT c.id, c.shop_id, gateway.words_of(c.shop_id, c.id) FROM gateway.conversations c
    WHERE c.id = p_conversation AND c.shop_id = p_shop AND c.status = 'ended'
    ON CONFLICT (conversation_id) DO UPDATE SET words = excluded.words;
END
$$;
