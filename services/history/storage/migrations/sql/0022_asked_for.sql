-- Returns what the index is asked for some words, all of which are wanted: each as it stands or begun, or
-- all in the forms that some language's rules know, and each with the shop's tag before it. What two
-- languages say alike is asked once: the index weighs each part of the question for each row that has any
-- of it. The index knows no places of words, so those that a parser tells apart in one are wanted as any.
CREATE FUNCTION history.asked_for(p_shop uuid, p_begun text, p_typed text) RETURNS tsquery
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replace(regexp_replace(
        string_agg(DISTINCT '(' || one::text || ')', ' | '),
        '''([^'']+)''', '''' || history.tag_of(p_shop) || '\1''', 'g'
    ), '<->', '&')::tsquery
    FROM unnest(ARRAY[
        to_tsquery('simple', public.unaccent('public.unaccent', normalize(p_begun, NFKC))),
        plainto_tsquery('english', p_typed), plainto_tsquery('dutch', p_typed),
        plainto_tsquery('portuguese', p_typed), plainto_tsquery('romanian', p_typed)
    ]) one
    WHERE numnode(one) > 0
$$;
