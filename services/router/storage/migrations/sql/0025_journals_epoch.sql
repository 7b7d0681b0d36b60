-- Says how often a shop's journals were erased.
CREATE FUNCTION router.journal_epoch(p_shop uuid) RETURNS int
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN (SELECT s.journal_epoch FROM router.shops s WHERE s.shop_id = p_shop);
END
$$
