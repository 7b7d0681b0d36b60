-- In the transaction that begins the conversation, so that none is missed.
CREATE TRIGGER begun AFTER INSERT ON gateway.conversations FOR EACH ROW
    EXECUTE FUNCTION gateway.on_begun();
