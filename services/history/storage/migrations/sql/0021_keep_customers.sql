-- Who has an order, identity or mention is not deleted. A row that was being written meanwhile had locked
-- its customer, so it is seen here.
CREATE FUNCTION history.keep_customers() RETURNS trigger
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM old_rows gone
        WHERE EXISTS (
            SELECT FROM history.orders o
            WHERE o.customer_id = gone.id AND o.shop_id = gone.shop_id
        ) OR EXISTS (
            SELECT FROM history.identities i
            WHERE i.customer_id = gone.id AND i.shop_id = gone.shop_id
        ) OR EXISTS (
            SELECT FROM history.mentions m
            WHERE m.customer_id = gone.id AND m.shop_id = gone.shop_id
        )
    ) THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'a customer has orders, identities or mentions',
            SCHEMA = 'history', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
