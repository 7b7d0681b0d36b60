-- A text as it is searched: small letters without their marks, so that é is e and ł is l, and
-- without signs between them: PostgreSQL reads NL-77 as a word and a negative number. A text of ASCII
-- alone has no marks; to look for them anyway was half of what the words of an order cost.
CREATE OR REPLACE FUNCTION history.plain(p_text text) RETURNS text
LANGUAGE sql STABLE STRICT
AS $$
    SELECT regexp_replace(
        CASE WHEN octet_length(p_text) = char_length(p_text) THEN lower(p_text)
            ELSE public.unaccent('public.unaccent', normalize(lower(p_text), NFKC)) END,
        '[!-/:-@[-`{-~]+', ' ', 'g'
    );
$$;
