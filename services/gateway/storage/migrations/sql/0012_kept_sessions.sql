ALTER TABLE gateway.sessions
    -- Until when an invitation that its customer saw is not to be shown again: so long it is known.
    ADD COLUMN kept_until timestamptz;

GRANT SELECT (kept_until) ON gateway.sessions TO firstreply_gateway_sweep
