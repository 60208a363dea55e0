-- Calls of the API counted over all web processes: a row for each key and minute, unlogged because a restart may forget it. A process
-- draws a portion at once and gets what is left of `most`, never more; whoever begins a row now and then clears what is past.
CREATE UNLOGGED TABLE IF NOT EXISTS core_rate (at_minute bigint, name text, drawn integer NOT NULL, PRIMARY KEY (at_minute, name));
CREATE OR REPLACE FUNCTION core_draw(of_name text, in_minute bigint, portion integer, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  total integer;
BEGIN
  INSERT INTO core_rate AS r (at_minute, name, drawn) VALUES (in_minute, left(of_name, 120), portion)
      ON CONFLICT (at_minute, name) DO UPDATE SET drawn = least(r.drawn, most) + portion
    RETURNING drawn INTO total;
  IF total = portion AND random() < 0.02 THEN
    DELETE FROM core_rate WHERE at_minute < in_minute - 2;
  END IF;
  RETURN greatest(0, least(portion, most - (total - portion)));
END $$;
REVOKE ALL ON FUNCTION core_draw(text, bigint, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_draw(text, bigint, integer, integer) TO :app:, :job:;
