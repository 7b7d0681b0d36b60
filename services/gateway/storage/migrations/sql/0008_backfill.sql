-- Forced row security hides every row from the owner, too: it is lifted for what was there before.
ALTER TABLE gateway.conversations NO FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.items NO FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.served NO FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.searchable NO FORCE ROW LEVEL SECURITY;

INSERT INTO gateway.served (shop_id, agent_id, conversation_id)
SELECT DISTINCT shop_id, author_id, conversation_id FROM gateway.items WHERE kind = 'joined';

INSERT INTO gateway.served (shop_id, agent_id, conversation_id)
SELECT shop_id, agent_id, id FROM gateway.conversations WHERE agent_id IS NOT NULL
ON CONFLICT DO NOTHING;

INSERT INTO gateway.searchable (conversation_id, shop_id, words)
SELECT id, shop_id, gateway.words_of(shop_id, id) FROM gateway.conversations
WHERE status = 'ended';

ALTER TABLE gateway.conversations FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.items FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.served FORCE ROW LEVEL SECURITY;

ALTER TABLE gateway.searchable FORCE ROW LEVEL SECURITY;
