-- Fragments of names for search: every character and every pair of neighbours, kept by the database itself.
CREATE OR REPLACE FUNCTION registry_grams(name text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT g FROM (
    SELECT substr(name, i, 1) AS g FROM generate_series(1, char_length(name)) i
    UNION ALL
    SELECT substr(name, i, 2) FROM generate_series(1, char_length(name) - 1) i
  ) s WHERE g <> ''
$$;

CREATE OR REPLACE FUNCTION registry_grams_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO registry_namegram (gram, division, person_id)
  SELECT g, n.division, n.id FROM new_rows n, registry_grams(n.name) g;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION registry_grams_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM registry_namegram g USING new_rows n JOIN old_rows o ON o.id = n.id
   WHERE g.person_id = n.id AND n.name <> o.name;
  INSERT INTO registry_namegram (gram, division, person_id)
  SELECT g, n.division, n.id FROM new_rows n JOIN old_rows o ON o.id = n.id, registry_grams(n.name) g
   WHERE n.name <> o.name;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS grams_insert ON registry_person;
CREATE TRIGGER grams_insert AFTER INSERT ON registry_person
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION registry_grams_insert();
DROP TRIGGER IF EXISTS grams_update ON registry_person;
CREATE TRIGGER grams_update AFTER UPDATE ON registry_person
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION registry_grams_update();

-- How far a running import is. Its own transaction holds the batch row, so the number lives in a table of its own, without
-- any personal or business data; written by the worker, read by the progress bar.
CREATE UNLOGGED TABLE IF NOT EXISTS registry_progress (batch uuid PRIMARY KEY, done integer NOT NULL);
CREATE OR REPLACE FUNCTION registry_import_progress(one uuid, so_far integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO registry_progress (batch, done) VALUES (one, so_far) ON CONFLICT (batch) DO UPDATE SET done = excluded.done
$$;
CREATE OR REPLACE FUNCTION registry_import_progress_of(one uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT done FROM registry_progress WHERE batch = one
$$;
REVOKE ALL ON FUNCTION registry_import_progress(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_import_progress(uuid, integer) TO :job:, :app:;
