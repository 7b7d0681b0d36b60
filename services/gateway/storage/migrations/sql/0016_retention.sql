-- When what was said in a conversation was erased; it stays with its numbers and times.
ALTER TABLE gateway.conversations ADD COLUMN erased_at timestamptz;

CREATE INDEX conversations_to_erase ON gateway.conversations (ended_at)
    WHERE status = 'ended' AND erased_at IS NULL
