-- By whichever way an agent or an end comes; the hot path pays for a comparison.
CREATE TRIGGER served AFTER UPDATE ON gateway.conversations FOR EACH ROW
    WHEN (NEW.agent_id IS NOT NULL AND NEW.agent_id IS DISTINCT FROM OLD.agent_id)
    EXECUTE FUNCTION gateway.on_served();

CREATE TRIGGER ended AFTER UPDATE ON gateway.conversations FOR EACH ROW
    WHEN (NEW.status = 'ended' AND OLD.status <> 'ended')
    EXECUTE FUNCTION gateway.on_ended();
