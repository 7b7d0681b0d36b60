-- Sets all of a shop's own figures as their next version; returns those that are named as they were.
CREATE FUNCTION router.set_policy(p_shop uuid, p_change jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_new jsonb := jsonb_strip_nulls(p_change -> 'fields');
    v_before jsonb;
    v_version int;
BEGIN
    SELECT s.policy INTO v_before FROM router.shops s WHERE s.shop_id = p_shop FOR NO KEY UPDATE;
    UPDATE router.shops s SET policy = v_new, policy_version = s.policy_version + 1
    WHERE s.shop_id = p_shop RETURNING s.policy_version INTO v_version;
    INSERT INTO router.policy_versions (shop_id, version, figures, set_at)
    VALUES (p_shop, v_version, v_new, (p_change ->> 'changed_at')::timestamptz);
    RETURN (SELECT jsonb_object_agg(name, coalesce(v_before -> name, 'null'))
        FROM jsonb_object_keys(p_change -> 'fields') AS name);
END
$$
