-- What somebody uploaded; the bytes are in the folder of files, under id and digest. A row without
-- a digest waits for its bytes, one without an item_id for the message it is sent with.
CREATE TABLE gateway.files (
    id uuid PRIMARY KEY,
    -- As items name it.
    wire_id text NOT NULL UNIQUE,
    shop_id uuid NOT NULL,
    -- A session or an agent: whoever sends a message with it has to be the same.
    uploader_id uuid NOT NULL,
    -- What the sender calls it until the bytes have come, then the cleaned name.
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    digest bytea,
    width int,
    height int,
    item_id uuid,
    created_at timestamptz NOT NULL,
    CHECK (digest IS NOT NULL OR item_id IS NULL)
);

-- What an uploader, and a shop, asked for lately: their quotas are sums of these.
CREATE INDEX files_of_uploader ON gateway.files (uploader_id, created_at) INCLUDE (size_bytes);

CREATE INDEX files_of_shop ON gateway.files (shop_id, created_at) INCLUDE (size_bytes);

CREATE INDEX files_never_sent ON gateway.files (created_at) WHERE item_id IS NULL;
