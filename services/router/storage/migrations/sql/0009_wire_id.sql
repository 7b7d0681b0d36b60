-- An id as it looks on the wire, a TypeID: its kind, _ and 26 letters of Crockford's base32, the
-- first for three bits, each other for five. `shared.kernel.ids.encode` makes the same.
CREATE FUNCTION router.wire_id(p_kind text, p_id uuid) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT p_kind || '_' || string_agg(
        substr(
            '0123456789abcdefghjkmnpqrstvwxyz',
            substring(b.bits FROM 5 * n + 1 FOR 5)::bit(5)::int + 1,
            1),
        '' ORDER BY n)
    FROM (SELECT B'00' || ('x' || replace(p_id::text, '-', ''))::bit(128) AS bits) AS b
    CROSS JOIN generate_series(0, 25) AS n)
