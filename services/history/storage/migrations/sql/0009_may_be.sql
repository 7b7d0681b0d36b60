-- Who else might be these customers: people who gave the same address, unproven on one side or both.
-- A hint for the agent's eyes: nothing is done by it. At most p_most, each with what is the same.
-- Each is looked up by key: joined, the planner once read every customer of the shop to find one.
CREATE OR REPLACE FUNCTION history.may_be(p_shop uuid, p_customers uuid[], p_most integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'customer_id', found.id, 'name', found.name, 'same', found.same
        ) ORDER BY found.id DESC), '[]')
        FROM (
            SELECT c.id, c.name, array_agg(DISTINCT met.kind ORDER BY met.kind) AS same
            FROM (
                SELECT m.kind, m.value FROM history.mentions m
                WHERE m.shop_id = p_shop AND m.customer_id = ANY (p_customers)
                UNION
                SELECT i.kind, i.value FROM history.identities i
                WHERE i.shop_id = p_shop AND i.customer_id = ANY (p_customers)
                    AND i.kind IN ('email', 'phone')
            ) given
            CROSS JOIN LATERAL history.who_gave(p_shop, given.kind, given.value, 20)
                AS met(kind, customer_id)
            CROSS JOIN LATERAL (
                SELECT c.id, c.name FROM history.customers c
                WHERE c.shop_id = p_shop AND c.id = met.customer_id OFFSET 0
            ) c
            WHERE met.customer_id <> ALL (p_customers)
            GROUP BY c.id, c.name
            ORDER BY c.id DESC
            LIMIT p_most
        ) found
    );
END $$;
