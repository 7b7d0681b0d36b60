-- What a site's secrets in force are known by, to whoever must not hold them.
CREATE FUNCTION gateway.secret_proofs(p_site gateway.sites) RETURNS bytea[]
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_site.old_secret_until > clock_timestamp()
        THEN ARRAY[sha256(convert_to(p_site.customer_secret, 'UTF8')),
            sha256(convert_to(p_site.old_secret, 'UTF8'))]
        ELSE ARRAY[sha256(convert_to(p_site.customer_secret, 'UTF8'))] END
$$;
