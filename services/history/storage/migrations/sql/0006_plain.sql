-- A text as it is searched: small letters without their marks, so that é is e and ł is l, and
-- without signs between them: PostgreSQL reads NL-77 as a word and a negative number.
CREATE FUNCTION history.plain(p_text text) RETURNS text
LANGUAGE sql STABLE STRICT
AS $$
    SELECT regexp_replace(
        public.unaccent('public.unaccent', normalize(lower(p_text), NFKC)), '[!-/:-@[-`{-~]+', ' ', 'g'
    );
$$;
