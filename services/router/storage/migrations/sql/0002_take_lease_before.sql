-- What a router of the release before calls: it takes no living lease either, and renews none.
CREATE OR REPLACE FUNCTION router.take_lease(p_shop uuid, p_holder uuid) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
    SELECT l.token FROM router.take_lease(p_shop, p_holder, 3000) l WHERE l.holder = p_holder;
$$
