-- A text as it is searched: small letters without their marks, so that é is e.
CREATE FUNCTION gateway.plain(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(normalize(lower(p_text), NFKD), '[\u0300-\u036f]', '', 'g');
