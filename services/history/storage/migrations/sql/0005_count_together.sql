-- Counts anew which products stand in the same orders of a shop, over its newest p_orders, and keeps
-- for each product the p_most that stand with it most often beyond chance. A pair of fewer than
-- p_least orders is chance. Returns how many pairs are kept.
CREATE FUNCTION history.count_together(
    p_shop uuid, p_orders integer, p_least integer, p_most integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
    v_kept integer;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    DELETE FROM history.bought_together b WHERE b.shop_id = p_shop;
    WITH newest AS (
        SELECT o.id, o.lines FROM history.orders o
        WHERE o.shop_id = p_shop AND o.status NOT IN ('cancelled', 'unavailable')
        ORDER BY o.id DESC LIMIT p_orders
    ), bought AS (
        SELECT n.id, line.product_ref, max(line.title) AS title
        FROM newest n
        CROSS JOIN LATERAL jsonb_to_recordset(n.lines) AS line(product_ref text, title text)
        GROUP BY n.id, line.product_ref
    ), baskets AS (
        SELECT b.id FROM bought b GROUP BY b.id HAVING count(*) BETWEEN 2 AND 50
    ), sold AS (
        SELECT b.product_ref, max(b.title) AS title, count(*) AS orders
        FROM bought b GROUP BY b.product_ref
    ), pairs AS (
        SELECT one.product_ref, other.product_ref AS other_ref, count(*) AS together
        FROM baskets
        JOIN bought one ON one.id = baskets.id
        JOIN bought other ON other.id = baskets.id AND other.product_ref <> one.product_ref
        GROUP BY one.product_ref, other.product_ref
        HAVING count(*) >= p_least
    ), judged AS (
        SELECT p.*, other.title, p.together / total.orders::float AS support,
            p.together * total.orders::float / (one.orders * other.orders) AS lift
        FROM pairs p
        JOIN sold one ON one.product_ref = p.product_ref
        JOIN sold other ON other.product_ref = p.other_ref
        CROSS JOIN (SELECT greatest(count(*), 1) AS orders FROM newest) total
    ), ranked AS (
        SELECT j.*, row_number() OVER (
            PARTITION BY j.product_ref ORDER BY j.together DESC, j.lift DESC, j.other_ref
        ) AS place
        FROM judged j WHERE j.lift > 1
    )
    INSERT INTO history.bought_together (
        shop_id, product_ref, other_ref, title, together, support, lift
    )
    SELECT p_shop, r.product_ref, r.other_ref, r.title, r.together, r.support, r.lift
    FROM ranked r WHERE r.place <= p_most;
    GET DIAGNOSTICS v_kept = ROW_COUNT;
    RETURN v_kept;
END $$;
