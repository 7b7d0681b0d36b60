-- Undoes a merge that holds; whoever is still one person by other merges stays so.
-- The caller has set the scope and called lock_merges.
CREATE FUNCTION history.undo_merge(p_shop uuid, p_merge uuid, p_at timestamptz, p_by text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_merge history.merges;
BEGIN
    UPDATE history.merges m SET undone_at = p_at, undone_by = p_by
    WHERE m.shop_id = p_shop AND m.id = p_merge AND m.undone_at IS NULL
    RETURNING * INTO v_merge;
    IF FOUND THEN
        PERFORM history.regroup(p_shop, v_merge.customer_id);
        PERFORM history.regroup(p_shop, v_merge.other_id);
    END IF;
END $$;
