-- What finds any of the words of a text that mean something in a language.
CREATE FUNCTION history.any_of(p_language regconfig, p_text text) RETURNS tsquery
LANGUAGE sql STABLE
AS $$
    SELECT replace(plainto_tsquery(p_language, p_text)::text, ' & ', ' | ')::tsquery;
$$;
