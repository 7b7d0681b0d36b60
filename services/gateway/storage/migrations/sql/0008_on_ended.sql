CREATE FUNCTION gateway.on_ended() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM gateway.keep_searchable(NEW.shop_id, NEW.id);
    RETURN NULL;
END
$$;
