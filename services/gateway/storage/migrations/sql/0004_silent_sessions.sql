-- When the session's customer last said hello; only a session without a word goes by it.
ALTER TABLE gateway.sessions ADD COLUMN greeted_at timestamptz NOT NULL DEFAULT now();

CREATE FUNCTION gateway.note_greeting() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.greeted_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER greeted BEFORE UPDATE OF connection_no ON gateway.sessions
    FOR EACH ROW EXECUTE FUNCTION gateway.note_greeting();

-- The sweep learns which sessions have a conversation, and nothing else of either table.
CREATE POLICY sweep_scope ON gateway.sessions TO firstreply_gateway_sweep USING (true);

CREATE POLICY sweep_scope ON gateway.conversations FOR SELECT TO firstreply_gateway_sweep
    USING (true);

GRANT SELECT (id, greeted_at), DELETE ON gateway.sessions TO firstreply_gateway_sweep;

GRANT SELECT (session_id) ON gateway.conversations TO firstreply_gateway_sweep;

REVOKE ALL ON FUNCTION gateway.note_greeting() FROM PUBLIC
