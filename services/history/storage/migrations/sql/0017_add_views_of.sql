-- Adds to whom cards of several shops were shown, in one transaction, each shop's in its own scope.
CREATE FUNCTION history.add_views_of(p_shops uuid[], p_views jsonb[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
BEGIN
    FOR place IN 1 .. cardinality(p_shops) LOOP
        PERFORM history.add_views(p_shops[place], p_views[place]);
    END LOOP;
END $$;
