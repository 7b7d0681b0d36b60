-- Who ever served which conversation: what an agent's own list is read from.
CREATE TABLE gateway.served (
    shop_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    PRIMARY KEY (shop_id, agent_id, conversation_id)
);

CREATE INDEX served_by ON gateway.served (conversation_id);

-- The words of each conversation that has ended, with its shop and who served it among them: one
-- question of the index answers who may see what.
CREATE TABLE gateway.searchable (
    conversation_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    words tsvector NOT NULL
);

CREATE INDEX searchable_words ON gateway.searchable USING gin (words);

-- An id begins with the time: the greatest is the newest.
CREATE INDEX conversations_of_shop ON gateway.conversations (shop_id, id);

CREATE INDEX conversations_open_of_shop ON gateway.conversations (shop_id, id)
    WHERE status = 'open';
