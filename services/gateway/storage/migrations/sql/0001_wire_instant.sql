-- An instant as it looks on the wire: ISO 8601 UTC with three decimals.
CREATE FUNCTION gateway.wire_instant(p_at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
