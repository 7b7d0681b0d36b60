-- Takes a batch of orders, all or nothing, and says how many were new, changed, known
-- already, and older than what is known: those change nothing.
-- Rows are locked in one order (identities, customers, orders, each sorted), so batches that meet
-- wait for one another and never deadlock. Every statement sees what the one before it waited for.
-- A batch that looks new is taken as one; if an order turns out to be there, or another batch brings it
-- meanwhile, nothing of that is kept and each order is looked for. Of fewer than ten, as a webhook has
-- them, each is looked for at once: to find out first was an eighth of what one costs.
CREATE OR REPLACE FUNCTION history.ingest_orders(
    p_shop uuid, p_orders history.told_order[], p_source text, p_next_batch integer
)
RETURNS TABLE (created integer, updated integer, unchanged integer, outdated integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_created integer;
    v_updated integer := 0;
    v_outdated integer := 0;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    IF cardinality(p_orders) >= 10 AND NOT history.some_known(
        p_shop,
        ARRAY(SELECT d.platform FROM unnest(p_orders) AS d),
        ARRAY(SELECT d.reference FROM unnest(p_orders) AS d)
    ) THEN
        BEGIN
            v_created := history.add_orders(p_shop, p_orders);
        EXCEPTION WHEN unique_violation THEN
            v_created := NULL;
        END;
    END IF;

    IF v_created IS NULL THEN
        SELECT done.created, done.updated, done.outdated INTO v_created, v_updated, v_outdated
        FROM history.mend_orders(p_shop, p_orders) AS done;
    END IF;

    IF p_source IS NOT NULL THEN
        INSERT INTO history.imports (shop_id, source, next_batch)
        VALUES (p_shop, p_source, p_next_batch)
        ON CONFLICT (shop_id, source) DO UPDATE SET next_batch = excluded.next_batch;
    END IF;

    RETURN QUERY SELECT v_created, v_updated,
        cardinality(p_orders) - v_created - v_updated - v_outdated, v_outdated;
END $$;
