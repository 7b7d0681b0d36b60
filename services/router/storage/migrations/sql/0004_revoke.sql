-- Keeps that tokens are good no more, for as long as the longest of them would live (a day, see
-- key_files.LONGEST_LIFE_MS); what has run out is forgotten.
CREATE FUNCTION router.revoke(p_shop uuid, p_subject uuid, p_token_epoch int, p_reason text)
RETURNS void
LANGUAGE sql VOLATILE
AS $$
    DELETE FROM router.revocations r
    WHERE r.shop_id = p_shop AND r.until <= clock_timestamp();
    INSERT INTO router.revocations AS r (
        shop_id, subject, token_epoch, reason, revoked_at, until)
    VALUES (p_shop, p_subject, p_token_epoch, p_reason, clock_timestamp(),
        clock_timestamp() + interval '1 day')
    ON CONFLICT (shop_id, subject) DO UPDATE SET
        token_epoch = excluded.token_epoch, reason = excluded.reason,
        revoked_at = excluded.revoked_at, until = excluded.until;
$$
