-- What a token of the mini-program opens, in one question: the session, its account, the bound person, or the person for whom a recorded
-- authority lets the account act. Whoever holds the token is the account; the function shows that one row and nothing else.
CREATE OR REPLACE FUNCTION citizens_open_session(token bytea, at_time timestamptz, on_day date, idle interval, longest interval, for_person uuid)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s citizens_citizensession;
  a citizens_account;
  g citizens_authority;
  p registry_person;
BEGIN
  SELECT * INTO s FROM citizens_citizensession WHERE token_hash = token AND ended_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT * INTO a FROM citizens_account WHERE id = s.account_id;
  IF a.closed_at IS NOT NULL OR s.last_seen_at < at_time - idle OR s.started_at < at_time - longest THEN
    UPDATE citizens_citizensession SET ended_at = at_time,
           end_reason = CASE WHEN a.closed_at IS NOT NULL THEN 'closed' WHEN s.started_at < at_time - longest THEN 'longest' ELSE 'idle' END
     WHERE id = s.id;
    RETURN NULL;
  END IF;
  IF s.last_seen_at < at_time - interval '10 minutes' THEN
    UPDATE citizens_citizensession SET last_seen_at = at_time WHERE id = s.id;
  END IF;
  IF for_person IS NULL THEN
    SELECT r.* INTO p FROM citizens_binding b JOIN registry_person r ON r.id = b.person_id
     WHERE b.account_id = a.id AND b.ended_at IS NULL;
  ELSE
    SELECT * INTO g FROM citizens_authority
     WHERE helper_index = a.phone_index AND person_id = for_person AND revoked_at IS NULL AND from_on <= on_day AND to_on > on_day
     ORDER BY to_on DESC LIMIT 1;
    IF g.id IS NULL THEN RETURN jsonb_build_object('no_authority', true); END IF;
    SELECT * INTO p FROM registry_person WHERE id = for_person AND died_on IS NULL AND merged_into_id IS NULL;
    IF p.id IS NULL THEN RETURN jsonb_build_object('no_authority', true); END IF;
  END IF;
  RETURN jsonb_build_object('session', s.id, 'account', a.id, 'county', a.division, 'privacy', a.privacy_version, 'person', p.id,
                            'name', p.name, 'division', p.division, 'authority', g.id, 'helper', g.helper_name);
END $$;

-- For whom the owner of an account may act today: his own phone is the key, so nothing else becomes visible.
CREATE OR REPLACE FUNCTION citizens_acts_for(who uuid, on_day date)
RETURNS TABLE (person_id uuid, name text, relation text, until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT ON (p.id) p.id, p.name, g.relation, g.to_on
    FROM citizens_account a
    JOIN citizens_authority g ON g.helper_index = a.phone_index AND g.revoked_at IS NULL AND g.from_on <= on_day AND g.to_on > on_day
    JOIN registry_person p ON p.id = g.person_id AND p.died_on IS NULL AND p.merged_into_id IS NULL
   WHERE a.id = who AND a.id = nullif(current_setting('vetgrid.actor', true), '')::uuid
   ORDER BY p.id, g.to_on DESC
$$;
REVOKE ALL ON FUNCTION citizens_open_session(bytea, timestamptz, date, interval, interval, uuid), citizens_acts_for(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION citizens_open_session(bytea, timestamptz, date, interval, interval, uuid), citizens_acts_for(uuid, date)
  TO :app:, :job:;
