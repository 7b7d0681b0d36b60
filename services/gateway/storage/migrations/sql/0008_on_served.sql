CREATE FUNCTION gateway.on_served() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    INSERT INTO gateway.served (shop_id, agent_id, conversation_id)
    VALUES (NEW.shop_id, NEW.agent_id, NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
