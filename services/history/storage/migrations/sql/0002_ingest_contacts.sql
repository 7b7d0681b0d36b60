-- Takes contacts that another system recorded, all or nothing, and says how many were new, changed and
-- known already. Whose customer is not known yet is made: the shop vouches for its own ids. Rows are
-- locked in one order (identities, contacts, each sorted), so batches that meet never deadlock.
CREATE FUNCTION history.ingest_contacts(p_shop uuid, p_contacts jsonb)
RETURNS TABLE (created integer, updated integer, unchanged integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_changed jsonb;
    v_fresh uuid[];
    v_done uuid[] := '{}';
    v_created integer := 0;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);

    SELECT jsonb_agg(d.doc), array_agg(d.contact_id) INTO v_changed, v_fresh
    FROM ROWS FROM (
        jsonb_array_elements(p_contacts),
        jsonb_to_recordset(p_contacts) AS (
            contact_id uuid, platform text, reference text, digest text
        )
    ) AS d(doc, contact_id, platform, reference, digest)
    WHERE decode(d.digest, 'hex') IS DISTINCT FROM (
        SELECT t.digest FROM history.contacts t
        WHERE t.shop_id = p_shop AND t.platform = d.platform AND t.reference = d.reference
    );

    IF v_changed IS NOT NULL THEN
        PERFORM history.certain_customer(
            p_shop, 'shop_customer', wanted.shop_ref, NULL, wanted.customer_id
        )
        FROM (
            SELECT DISTINCT ON (d.shop_ref) d.shop_ref, d.customer_id
            FROM jsonb_to_recordset(v_changed) AS d(shop_ref text, customer_id uuid)
            ORDER BY d.shop_ref
        ) wanted;

        WITH done AS (
            INSERT INTO history.contacts AS t (
                shop_id, id, conversation_id, customer_id, channel, started_at, ended_at,
                end_reason, agent_name, first_response_ms, message_count, first_words, last_words,
                platform, reference, digest
            )
            SELECT
                p_shop, d.contact_id, d.conversation_id,
                history.shop_customer(p_shop, d.shop_ref), d.channel,
                to_timestamp(d.started_at / 1000.0), to_timestamp(d.ended_at / 1000.0),
                d.end_reason, d.agent_name, d.first_response_ms, d.message_count, d.first_words,
                d.last_words, d.platform, d.reference, decode(d.digest, 'hex')
            FROM jsonb_to_recordset(v_changed) AS d(
                contact_id uuid, conversation_id uuid, shop_ref text, channel text,
                started_at bigint, ended_at bigint, end_reason text, agent_name text,
                first_response_ms bigint, message_count integer, first_words text,
                last_words text, platform text, reference text, digest text
            )
            ORDER BY d.platform, d.reference
            ON CONFLICT (shop_id, platform, reference) DO UPDATE SET
                customer_id = excluded.customer_id, channel = excluded.channel,
                started_at = excluded.started_at, ended_at = excluded.ended_at,
                end_reason = excluded.end_reason, agent_name = excluded.agent_name,
                first_response_ms = excluded.first_response_ms,
                message_count = excluded.message_count, first_words = excluded.first_words,
                last_words = excluded.last_words, digest = excluded.digest
            WHERE t.digest <> excluded.digest
            RETURNING t.id
        )
        SELECT coalesce(array_agg(done.id), '{}') INTO v_done FROM done;

        SELECT count(*) INTO v_created FROM unnest(v_done) AS d(id) WHERE d.id = ANY (v_fresh);
    END IF;

    RETURN QUERY SELECT v_created, cardinality(v_done) - v_created,
        jsonb_array_length(p_contacts) - cardinality(v_done);
END $$;
