CREATE OR REPLACE FUNCTION history.note_routing(p_shop uuid, p_fact jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO history.conversations AS c (
        shop_id, id, channel, started_at, customer_kind, customer_value, customer_name,
        routing_version, agent_name, first_response_ms, ended_at, end_reason, outcome
    )
    SELECT p_shop, f.conversation_id, f.channel, to_timestamp(f.started_at / 1000.0),
        f.customer_kind, f.customer_value, f.customer_name,
        f.routing_version, f.agent_name, f.first_response_ms,
        to_timestamp(f.ended_at / 1000.0), f.end_reason, f.outcome
    FROM jsonb_to_record(p_fact) AS f(
        conversation_id uuid, channel text, started_at bigint, customer_kind text,
        customer_value text, customer_name text, routing_version bigint, agent_name text,
        first_response_ms bigint, ended_at bigint, end_reason text,
        outcome text
    )
    ON CONFLICT ON CONSTRAINT conversations_pkey DO UPDATE SET
        customer_kind = coalesce(c.customer_kind, excluded.customer_kind),
        customer_value = coalesce(c.customer_value, excluded.customer_value),
        customer_name = coalesce(c.customer_name, excluded.customer_name),
        routing_version = excluded.routing_version,
        agent_name = coalesce(excluded.agent_name, c.agent_name),
        first_response_ms = coalesce(excluded.first_response_ms, c.first_response_ms),
        ended_at = excluded.ended_at,
        end_reason = excluded.end_reason,
        outcome = excluded.outcome
    WHERE excluded.routing_version > c.routing_version;
END $$;
