-- Opens an invitation and returns when; null: one is open already, or was shown lately by this rule,
-- or a conversation is under way. One that nobody answered makes way after p_lapses_ms. The session is
-- kept for as long as the rule must not invite its customer again.
CREATE OR REPLACE FUNCTION gateway.open_invitation(
    p_shop uuid, p_site uuid, p_session uuid, p_id uuid, p_rule text, p_text text,
    p_cool_down_ms bigint, p_lapses_ms bigint
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_now timestamptz;
    v_opened timestamptz;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    -- As who begins a conversation does: either sees what the other did.
    PERFORM 1 FROM gateway.sessions s WHERE s.id = p_session FOR NO KEY UPDATE;
    v_now := date_trunc('milliseconds', clock_timestamp());
    UPDATE gateway.invitations SET state = 'lapsed', settled_at = v_now
    WHERE session_id = p_session AND state = 'opened'
        AND opened_at <= v_now - p_lapses_ms * interval '1 millisecond';
    INSERT INTO gateway.invitations (id, shop_id, site_id, session_id, rule, text, opened_at)
    SELECT p_id, p_shop, p_site, p_session, p_rule, p_text, v_now
    WHERE NOT EXISTS (SELECT FROM gateway.conversations c
            WHERE c.session_id = p_session AND c.status = 'open')
        AND NOT EXISTS (SELECT FROM gateway.invitations i
            WHERE i.session_id = p_session AND i.rule = p_rule
                AND i.opened_at > v_now - p_cool_down_ms * interval '1 millisecond')
    ON CONFLICT DO NOTHING
    RETURNING opened_at INTO v_opened;
    UPDATE gateway.sessions
    SET kept_until = greatest(kept_until, v_now + p_cool_down_ms * interval '1 millisecond')
    WHERE id = p_session AND v_opened IS NOT NULL;
    RETURN v_opened;
END
$$;
