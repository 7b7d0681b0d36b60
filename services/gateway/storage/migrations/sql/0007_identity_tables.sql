ALTER TABLE gateway.sessions
    -- A session that its customer ended: its token opens nothing any more.
    ADD COLUMN ended_at timestamptz,
    -- Which of the shop's keys or secrets said who the customer is; null: nobody did.
    ADD COLUMN customer_proof bytea;

-- What each node asks for every two seconds, for the sites of its customers.
CREATE INDEX sessions_just_ended ON gateway.sessions (site_id, ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE gateway.sites
    -- The keys that customer tokens may be signed with besides the secret: a key set, or where it is.
    ADD COLUMN jwks jsonb,
    ADD COLUMN jwks_url text,
    -- What the tokens of those keys must say; null: nothing.
    ADD COLUMN token_issuer text,
    ADD COLUMN token_audience text,
    ADD CHECK (jwks IS NULL OR jwks_url IS NULL);
