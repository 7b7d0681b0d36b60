-- One merge of a shop at a time; taken before any row is locked, so that nobody waits in a circle.
CREATE FUNCTION history.lock_merges(p_shop uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY INVOKER
AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('history.merges/' || p_shop, 0));
$$;
