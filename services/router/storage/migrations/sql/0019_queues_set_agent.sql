-- Sets the columns of an agent that a change names; returns all of them as they were.
-- Who is ended, or may do other things than before, has to sign in again.
CREATE OR REPLACE FUNCTION router.set_agent(p_shop uuid, p_change jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_agent uuid := (p_change ->> 'target_id')::uuid;
    v_new jsonb := p_change -> 'fields';
    v_before jsonb;
BEGIN
    SELECT jsonb_build_object('name', a.name, 'roles', to_jsonb(a.roles), 'skills', a.skills,
        'languages', to_jsonb(a.languages), 'capacity', a.capacity, 'weights', a.weights,
        'inherits_capacity', a.inherits_capacity,
        'active', a.deactivated_at IS NULL) INTO v_before
    FROM router.agents a WHERE a.shop_id = p_shop AND a.id = v_agent FOR NO KEY UPDATE;
    UPDATE router.agents a SET
        name = coalesce(v_new ->> 'name', a.name),
        roles = CASE WHEN v_new ? 'roles'
            THEN ARRAY(SELECT jsonb_array_elements_text(v_new -> 'roles')) ELSE a.roles END,
        skills = coalesce(v_new -> 'skills', a.skills),
        languages = CASE WHEN v_new ? 'languages'
            THEN ARRAY(SELECT jsonb_array_elements_text(v_new -> 'languages')) ELSE a.languages END,
        capacity = coalesce((v_new ->> 'capacity')::int, a.capacity),
        weights = coalesce(v_new -> 'weights', a.weights),
        inherits_capacity =
            coalesce((v_new ->> 'inherits_capacity')::boolean, a.inherits_capacity),
        deactivated_at = CASE (v_new ->> 'active')::boolean
            WHEN true THEN NULL
            WHEN false THEN coalesce(a.deactivated_at, (p_change ->> 'changed_at')::timestamptz)
            ELSE a.deactivated_at END
    WHERE a.shop_id = p_shop AND a.id = v_agent;
    IF (v_before -> 'active')::boolean AND NOT coalesce((v_new ->> 'active')::boolean, true) THEN
        PERFORM router.end_sign_ins(p_shop, v_agent, 'agent_ended');
    ELSIF v_new ? 'roles' AND NOT (v_new -> 'roles' @> (v_before -> 'roles')
        AND v_before -> 'roles' @> (v_new -> 'roles')) THEN
        PERFORM router.end_sign_ins(p_shop, v_agent, 'roles_changed');
    END IF;
    RETURN v_before;
END
$$
