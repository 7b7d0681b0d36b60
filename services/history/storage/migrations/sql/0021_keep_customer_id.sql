-- Orders, identities and mentions name a customer by an id that never changes.
CREATE FUNCTION history.keep_customer_id() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE foreign_key_violation USING
        MESSAGE = 'a customer keeps the id', SCHEMA = 'history', TABLE = TG_TABLE_NAME;
END $$;
