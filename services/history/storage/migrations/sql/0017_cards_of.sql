-- The cards of several customers, each in the scope of its own shop alone: one row for each that there
-- is, with its place in what was asked, from 1.
CREATE FUNCTION history.cards_of(p_shops uuid[], p_customers uuid[], p_most integer)
RETURNS TABLE (place integer, customer jsonb, orders jsonb, contacts jsonb, may_be jsonb, more jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
BEGIN
    FOR v_place IN 1 .. cardinality(p_shops) LOOP
        place := v_place;
        SELECT card.* INTO customer, orders, contacts, may_be, more
        FROM history.card_of(p_shops[v_place], p_customers[v_place], p_most) card;
        IF FOUND THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
