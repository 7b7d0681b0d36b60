-- Tells whether a state replaces the one that is known. The newer of two by the platform's own instant
-- does; of two at one instant the one with the greater digest, so that any order of arrival ends the
-- same; without any instant what comes later, but never over one that has an instant.
CREATE FUNCTION history.supersedes(
    told_at timestamptz, told bytea, known_at timestamptz, known bytea
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN told = known THEN false
    WHEN told_at IS NULL THEN known_at IS NULL
    WHEN known_at IS NULL THEN true
    WHEN told_at = known_at THEN told > known
    ELSE told_at > known_at
END;
