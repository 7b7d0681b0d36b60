-- An erased item stays at its seq: without words, and with `erased` beside them.
GRANT DELETE ON gateway.searchable TO firstreply_gateway;

CREATE INDEX items_addresses ON gateway.items (text) WHERE kind = 'address';

CREATE INDEX sessions_of_customer ON gateway.sessions (customer_value)
    WHERE customer_value IS NOT NULL;

CREATE INDEX conversations_of_customer ON gateway.conversations (customer_value)
    WHERE customer_value IS NOT NULL
