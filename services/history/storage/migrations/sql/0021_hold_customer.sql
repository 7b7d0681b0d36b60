-- The same for a row that goes over to another customer.
CREATE FUNCTION history.hold_customer() RETURNS trigger
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM FROM history.customers c
    WHERE c.id = NEW.customer_id AND c.shop_id = NEW.shop_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('a row of history.%I names a customer who is not there', TG_TABLE_NAME),
            SCHEMA = 'history', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
