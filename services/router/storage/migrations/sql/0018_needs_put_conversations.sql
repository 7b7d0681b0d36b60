-- Writes the conversations of the shops that are held, and the decisions about them.
CREATE OR REPLACE FUNCTION router.put_conversations(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO router.conversations
    SELECT r.* FROM jsonb_populate_recordset(
        NULL::router.conversations, p_rows -> 'conversations') r
    WHERE r.shop_id = ANY (p_held)
    ON CONFLICT (shop_id, id) DO UPDATE SET
        status = excluded.status, customer = excluded.customer, preview = excluded.preview,
        queued_at = excluded.queued_at, respond_by = excluded.respond_by,
        version = excluded.version, agent_id = excluded.agent_id,
        agent_name = excluded.agent_name, assignment_id = excluded.assignment_id,
        assignment_version = excluded.assignment_version,
        first_response_ms = excluded.first_response_ms, queue_wait_ms = excluded.queue_wait_ms,
        ended_at = excluded.ended_at, end_reason = excluded.end_reason,
        passed_by = excluded.passed_by, widen_at = excluded.widen_at,
        offers_made = excluded.offers_made, decisions_made = excluded.decisions_made,
        clock_at = excluded.clock_at, held_until = excluded.held_until,
        everyone_at = excluded.everyone_at, risk_told_at = excluded.risk_told_at,
        miss_told_at = excluded.miss_told_at, transfers = excluded.transfers,
        again_from = excluded.again_from, again_response_ms = excluded.again_response_ms,
        preferred_agent = excluded.preferred_agent, outcome = excluded.outcome,
        promised_by = excluded.promised_by, promise_words = excluded.promise_words,
        promise_order = excluded.promise_order, solved_at = excluded.solved_at,
        heard_at = excluded.heard_at, wrap_up_until = excluded.wrap_up_until,
        needs = excluded.needs, stages = excluded.stages;
    INSERT INTO router.decisions
    SELECT r.* FROM jsonb_populate_recordset(NULL::router.decisions, p_rows -> 'decisions') r
    WHERE r.shop_id = ANY (p_held);
$$
