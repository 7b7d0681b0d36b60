-- Keeps a piece of a shop's journal, unless the shop is another router's by now or its journals were
-- erased since that epoch; says whether it did.
CREATE FUNCTION router.keep_journal(
    p_shop uuid, p_token bigint, p_epoch int, p_number int, p_part int,
    p_first timestamptz, p_last timestamptz, p_standing bytea, p_entries bytea
) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    -- FOR SHARE: an erasure, which changes the row, waits for this piece and deletes it too.
    PERFORM FROM router.shops s
        WHERE s.shop_id = p_shop AND s.journal_epoch = p_epoch FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO router.journals
        SELECT p_shop, p_token, p_number, p_part, p_first, p_last, p_standing, p_entries
        FROM router.leases l WHERE l.shop_id = p_shop AND l.token = p_token;
    RETURN FOUND;
END
$$
