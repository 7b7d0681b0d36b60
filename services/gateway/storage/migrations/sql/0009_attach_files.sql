-- Gives the files of a new item to it, in the transaction that commits it: each once, for ever.
-- Where one of them is not there, not whole, somebody else's or sent already, nothing is committed.
CREATE FUNCTION gateway.attach_files() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_given int;
BEGIN
    UPDATE gateway.files f SET item_id = NEW.id
    FROM (
        SELECT l.id FROM gateway.files l
        WHERE l.wire_id = ANY (ARRAY(SELECT one ->> 'file_id'
                FROM jsonb_array_elements(NEW.content -> 'attachments') AS one))
            AND l.shop_id = NEW.shop_id AND l.uploader_id = NEW.sender_id
            AND l.digest IS NOT NULL AND l.item_id IS NULL
        ORDER BY l.id FOR NO KEY UPDATE
    ) AS free
    WHERE f.id = free.id;
    GET DIAGNOSTICS v_given = ROW_COUNT;
    IF v_given <> jsonb_array_length(NEW.content -> 'attachments') THEN
        RAISE EXCEPTION 'a file of this item cannot be sent with it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER files_attached AFTER INSERT ON gateway.items
    FOR EACH ROW WHEN (NEW.content ? 'attachments') EXECUTE FUNCTION gateway.attach_files();

REVOKE ALL ON FUNCTION gateway.attach_files() FROM PUBLIC;

-- The sweep learns which files were never sent, and nothing of what is in them.
CREATE POLICY sweep_scope ON gateway.files TO firstreply_gateway_sweep USING (true);

GRANT SELECT (id, digest, item_id, created_at), DELETE ON gateway.files TO firstreply_gateway_sweep
