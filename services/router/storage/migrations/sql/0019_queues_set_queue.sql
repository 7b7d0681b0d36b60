-- Sets the columns of a queue that a change names; returns all of them as they were.
CREATE OR REPLACE FUNCTION router.set_queue(p_shop uuid, p_change jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_queue uuid := (p_change ->> 'target_id')::uuid;
    v_new jsonb := p_change -> 'fields';
    v_before jsonb;
BEGIN
    SELECT jsonb_build_object('name', q.name,
        'first_response_target_ms', q.first_response_target_ms, 'skills', q.skills,
        'hours', coalesce(q.hours, 'null'::jsonb), 'retired', q.retired_at IS NOT NULL,
        'priority', q.priority, 'capacity', q.capacity, 'weights', q.weights,
        'channels', to_jsonb(q.channels), 'max_waiting', q.max_waiting, 'steps', q.steps)
    INTO v_before
    FROM router.queues q WHERE q.shop_id = p_shop AND q.id = v_queue FOR NO KEY UPDATE;
    UPDATE router.queues q SET
        name = coalesce(v_new ->> 'name', q.name),
        first_response_target_ms =
            coalesce((v_new ->> 'first_response_target_ms')::int, q.first_response_target_ms),
        skills = coalesce(v_new -> 'skills', q.skills),
        hours = CASE WHEN v_new ? 'hours' THEN nullif(v_new -> 'hours', 'null') ELSE q.hours END,
        priority = coalesce((v_new ->> 'priority')::int, q.priority),
        capacity = CASE WHEN v_new ? 'capacity' THEN (v_new ->> 'capacity')::int
            ELSE q.capacity END,
        weights = coalesce(v_new -> 'weights', q.weights),
        channels = CASE WHEN v_new ? 'channels'
            THEN ARRAY(SELECT jsonb_array_elements_text(v_new -> 'channels')) ELSE q.channels END,
        max_waiting = CASE WHEN v_new ? 'max_waiting' THEN (v_new ->> 'max_waiting')::int
            ELSE q.max_waiting END,
        steps = coalesce(v_new -> 'steps', q.steps),
        retired_at = CASE (v_new ->> 'retired')::boolean
            WHEN false THEN NULL
            WHEN true THEN coalesce(q.retired_at, (p_change ->> 'changed_at')::timestamptz)
            ELSE q.retired_at END
    WHERE q.shop_id = p_shop AND q.id = v_queue;
    RETURN v_before;
END
$$
