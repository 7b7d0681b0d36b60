-- Writes a line when an agent begins or ceases to be available and connected, or its capacity
-- changes. Runs with the rights and the shop scope of whoever changed the agent.
CREATE FUNCTION router.note_standing() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    INSERT INTO router.agent_standings (shop_id, agent_id, status, connected, capacity)
    VALUES (NEW.shop_id, NEW.id, NEW.status, cardinality(NEW.nodes) > 0, NEW.capacity);
    RETURN NULL;
END
$$;
