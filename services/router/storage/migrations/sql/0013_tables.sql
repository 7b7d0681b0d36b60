ALTER TABLE router.conversations
    -- When its customer was last heard of, where silence frees capacity.
    ADD COLUMN heard_at timestamptz,
    ADD COLUMN wrap_up_until timestamptz;

-- Its customer is silent: it takes no capacity.
ALTER TABLE router.assignments ADD COLUMN idle boolean NOT NULL DEFAULT false;
