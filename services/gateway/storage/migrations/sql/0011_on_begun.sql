-- Names a conversation that begins upon an invitation: one that was accepted within half an hour, or
-- stands open, for whoever writes has accepted it.
CREATE FUNCTION gateway.on_begun() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    UPDATE gateway.invitations
    SET conversation_id = NEW.id, state = 'accepted',
        settled_at = coalesce(settled_at, date_trunc('milliseconds', clock_timestamp()))
    WHERE id = (
        SELECT i.id FROM gateway.invitations i
        WHERE i.session_id = NEW.session_id AND i.conversation_id IS NULL
            AND i.state IN ('opened', 'accepted')
            AND coalesce(i.settled_at, i.opened_at) > clock_timestamp() - interval '30 minutes'
        ORDER BY i.opened_at DESC LIMIT 1);
    RETURN NULL;
END
$$;
