-- Which of these occasions were told already: keys alone, whoever asks; messages of other places stay unseen.
CREATE OR REPLACE FUNCTION notices_known(keys text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT array_agg(dedupe) FROM notices_notice WHERE dedupe = ANY(keys)
$$;
REVOKE ALL ON FUNCTION notices_known(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notices_known(text[]) TO :app:, :job:;
