CREATE TRIGGER contacts_added AFTER INSERT ON history.contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_contacts();

CREATE TRIGGER contacts_changed AFTER UPDATE ON history.contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_contacts();

CREATE TRIGGER orders_added AFTER INSERT ON history.orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_orders();

CREATE TRIGGER orders_changed AFTER UPDATE ON history.orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_orders();
