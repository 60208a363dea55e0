-- How many codes a division spans: 1 for a village, 1000 for a town, a million for a county, and so on upwards.
CREATE OR REPLACE FUNCTION orgs_span(code bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN code = 0 THEN 1000000000000 WHEN code % 10000000000 = 0 THEN 10000000000
              WHEN code % 100000000 = 0 THEN 100000000 WHEN code % 1000000 = 0 THEN 1000000
              WHEN code % 1000 = 0 THEN 1000 ELSE 1 END::bigint
$$;
