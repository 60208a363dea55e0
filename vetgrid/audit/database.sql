-- The trail is written here and nowhere else. All functions run as the owner, because no role of the program may touch the table.

INSERT INTO audit_era (number, opened_at, reason)
SELECT 1, now(), 'first installation' WHERE NOT EXISTS (SELECT 1 FROM audit_era);

CREATE OR REPLACE FUNCTION audit_context(name text, otherwise text) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(nullif(current_setting('vetgrid.' || name, true), ''), otherwise)
$$;

CREATE OR REPLACE FUNCTION audit_era_now() RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT max(number) FROM audit_era
$$;

-- Where an entry belongs: its row's division; nowhere (-1, outside every reach) for the rows of confidential tables.
CREATE OR REPLACE FUNCTION audit_place(division text, mark text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN mark = 'confidential' THEN -1 ELSE coalesce(division::bigint, 0) END
$$;

-- Who, where and when, the same for all rows of one statement.
CREATE OR REPLACE FUNCTION audit_now(
  OUT era smallint, OUT xid bigint, OUT at timestamptz, OUT actor uuid, OUT actor_name text, OUT actor_role text,
  OUT address text, OUT request text
) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT audit_era_now(), pg_current_xact_id()::text::bigint, clock_timestamp(),
         audit_context('actor', '00000000-0000-0000-0000-000000000000')::uuid,
         audit_context('actor_name', session_user), audit_context('actor_role', ''),
         audit_context('address', ''), audit_context('request', '')
$$;

-- An act. Whoever claims it must be the one whose scope the transaction is in, where there is one.
CREATE OR REPLACE FUNCTION audit_record(
  by_id uuid, by_name text, by_role text, verb text, table_name text, row_id text, person uuid, division bigint,
  reason text, after jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE c record;
BEGIN
  SELECT * INTO c FROM audit_now();
  IF audit_context('actor', by_id::text)::uuid <> by_id THEN
    RAISE EXCEPTION 'the act is claimed by someone else than the one in scope';
  END IF;
  INSERT INTO audit_entry (era, xid, at, verb, actor, actor_name, actor_role, address, request,
                           table_name, row_id, person, division, before, after, reason)
  VALUES (c.era, c.xid, c.at, $4, by_id, by_name, by_role, c.address, c.request, $5, $6, $7, $8, NULL, $10, $9);
END $$;

-- OFFSET 0: each row is made into JSON once. Pulled up into the query around it, it would be made anew for every key that is read.
CREATE OR REPLACE FUNCTION audit_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_entry (era, xid, at, verb, actor, actor_name, actor_role, address, request,
                           table_name, row_id, person, division, before, after, reason)
  SELECT c.era, c.xid, c.at, 'row.insert', c.actor, c.actor_name, c.actor_role, c.address, c.request, TG_TABLE_NAME,
         coalesce(r.row->>'id', r.row->>'code', ''),
         coalesce(r.row->>'person_id', CASE WHEN TG_TABLE_NAME = 'registry_person' THEN r.row->>'id' END)::uuid,
         audit_place(r.row->>'division', TG_ARGV[0]), NULL, r.row, ''
    FROM (SELECT to_jsonb(n) AS row FROM new_rows n OFFSET 0) r, audit_now() c;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_entry (era, xid, at, verb, actor, actor_name, actor_role, address, request,
                           table_name, row_id, person, division, before, after, reason)
  SELECT c.era, c.xid, c.at, 'row.delete', c.actor, c.actor_name, c.actor_role, c.address, c.request, TG_TABLE_NAME,
         coalesce(r.row->>'id', r.row->>'code', ''),
         coalesce(r.row->>'person_id', CASE WHEN TG_TABLE_NAME = 'registry_person' THEN r.row->>'id' END)::uuid,
         audit_place(r.row->>'division', TG_ARGV[0]), r.row, NULL, ''
    FROM (SELECT to_jsonb(o) AS row FROM old_rows o OFFSET 0) r, audit_now() c;
  RETURN NULL;
END $$;

-- Only the columns that differ are kept; the pair of rows is found by primary key, or by code for tables keyed so.
CREATE OR REPLACE FUNCTION audit_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_entry (era, xid, at, verb, actor, actor_name, actor_role, address, request,
                           table_name, row_id, person, division, before, after, reason)
  SELECT c.era, c.xid, c.at, 'row.update', c.actor, c.actor_name, c.actor_role, c.address, c.request, TG_TABLE_NAME,
         coalesce(n.row->>'id', n.row->>'code', ''),
         coalesce(n.row->>'person_id', CASE WHEN TG_TABLE_NAME = 'registry_person' THEN n.row->>'id' END)::uuid,
         audit_place(n.row->>'division', TG_ARGV[0]),
         (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(o.row) e WHERE n.row->e.key IS DISTINCT FROM e.value),
         (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(n.row) e WHERE o.row->e.key IS DISTINCT FROM e.value),
         ''
    FROM (SELECT to_jsonb(x) AS row FROM old_rows x OFFSET 0) o
    JOIN (SELECT to_jsonb(x) AS row FROM new_rows x OFFSET 0) n
      ON coalesce(n.row->>'id', n.row->>'code') = coalesce(o.row->>'id', o.row->>'code'), audit_now() c
   WHERE o.row IS DISTINCT FROM n.row;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '审计记录只能追加,不能修改或删除。' USING ERRCODE = 'VG001';
END $$;

DROP TRIGGER IF EXISTS append_only ON audit_entry;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
DROP TRIGGER IF EXISTS append_only ON audit_seal;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

REVOKE ALL ON FUNCTION audit_record(uuid, text, text, text, text, text, uuid, bigint, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_record(uuid, text, text, text, text, text, uuid, bigint, text, jsonb) TO :app:, :job:;
