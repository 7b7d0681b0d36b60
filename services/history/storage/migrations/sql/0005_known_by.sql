-- By which kinds of address these customers are proven.
CREATE FUNCTION history.known_by(p_shop uuid, p_customers uuid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(DISTINCT i.kind), '[]') FROM history.identities i
        WHERE i.shop_id = p_shop AND i.customer_id = ANY (p_customers) AND i.verified
    );
END $$;
