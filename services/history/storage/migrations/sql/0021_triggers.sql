ALTER TABLE history.orders DROP CONSTRAINT orders_customer_id_shop_id_fkey;

ALTER TABLE history.identities DROP CONSTRAINT identities_customer_id_shop_id_fkey;

ALTER TABLE history.mentions DROP CONSTRAINT mentions_customer_id_shop_id_fkey;

CREATE TRIGGER orders_hold AFTER INSERT ON history.orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.hold_customers();

CREATE TRIGGER identities_hold AFTER INSERT ON history.identities
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.hold_customers();

CREATE TRIGGER mentions_hold AFTER INSERT ON history.mentions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.hold_customers();

CREATE TRIGGER orders_go_over AFTER UPDATE OF customer_id, shop_id ON history.orders FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.shop_id) IS DISTINCT FROM (NEW.customer_id, NEW.shop_id))
    EXECUTE FUNCTION history.hold_customer();

CREATE TRIGGER identities_go_over AFTER UPDATE OF customer_id, shop_id ON history.identities FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.shop_id) IS DISTINCT FROM (NEW.customer_id, NEW.shop_id))
    EXECUTE FUNCTION history.hold_customer();

CREATE TRIGGER mentions_go_over AFTER UPDATE OF customer_id, shop_id ON history.mentions FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.shop_id) IS DISTINCT FROM (NEW.customer_id, NEW.shop_id))
    EXECUTE FUNCTION history.hold_customer();

CREATE TRIGGER customers_keep AFTER DELETE ON history.customers
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION history.keep_customers();

CREATE TRIGGER customers_keep_id AFTER UPDATE OF id, shop_id ON history.customers FOR EACH ROW
    WHEN ((OLD.id, OLD.shop_id) IS DISTINCT FROM (NEW.id, NEW.shop_id))
    EXECUTE FUNCTION history.keep_customer_id();
