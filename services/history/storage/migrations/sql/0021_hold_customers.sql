-- What holds an order, identity or mention to its customer, once for a statement: the foreign keys asked
-- once for a row, which was a sixth of what taking a batch cost. As they did, it locks the customer so
-- that nobody deletes them meanwhile, whoever writes the row; history.keep_customers is the other side.
CREATE FUNCTION history.hold_customers() RETURNS trigger
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    v_ids uuid[] := ARRAY(SELECT DISTINCT n.customer_id FROM new_rows n);
BEGIN
    IF EXISTS (
        WITH held AS MATERIALIZED (
            SELECT c.id, c.shop_id FROM history.customers c WHERE c.id = ANY (v_ids) FOR KEY SHARE
        )
        SELECT FROM new_rows n
        WHERE (n.customer_id, n.shop_id) NOT IN (SELECT held.id, held.shop_id FROM held)
    ) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('a row of history.%I names a customer who is not there', TG_TABLE_NAME),
            SCHEMA = 'history', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
