-- What is told now when it is the newer, what was told before otherwise; silence erases nothing.
CREATE FUNCTION history.newer(is_newer boolean, told text, before text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN is_newer THEN coalesce(told, before) ELSE coalesce(before, told) END;
