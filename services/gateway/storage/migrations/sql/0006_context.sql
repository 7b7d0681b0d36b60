-- Where a session's customer is now: the latest page, language and cart that their page told of.
ALTER TABLE gateway.sessions
    ADD COLUMN page_url text,
    ADD COLUMN locale text,
    ADD COLUMN cart jsonb,
    ADD COLUMN context_at timestamptz
