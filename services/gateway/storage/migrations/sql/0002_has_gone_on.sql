-- Whether the customer of a session has begun another conversation than this one since, or has
-- another open: then nobody follows this one any more, and what is said in it goes unheard.
CREATE FUNCTION gateway.has_gone_on(
    p_session uuid, p_conversation uuid, p_started_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM gateway.conversations o
        WHERE o.session_id = p_session AND o.id <> p_conversation
            AND (o.status = 'open' OR o.started_at > p_started_at));
END
$$;
