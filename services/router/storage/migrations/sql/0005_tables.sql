ALTER TABLE router.conversations
    -- Where the response clock starts, if later than started_at: the shop was closed.
    ADD COLUMN clock_at timestamptz,
    -- Waits for the shop to open until then, and in no line before.
    ADD COLUMN held_until timestamptz;
