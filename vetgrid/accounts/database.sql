-- What a session token opens, in one question: the session, its user and the grants in force. Nobody needs a reach for it,
-- because whoever holds the token is the user; the function shows that one row and nothing else.
CREATE OR REPLACE FUNCTION accounts_open_session(token bytea, at_time timestamptz, on_day date, idle interval, longest interval)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s accounts_session;
  u accounts_user;
BEGIN
  SELECT * INTO s FROM accounts_session WHERE token_hash = token AND ended_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT * INTO u FROM accounts_user WHERE id = s.user_id;
  IF NOT u.is_active OR s.last_seen_at < at_time - idle OR s.started_at < at_time - longest THEN
    UPDATE accounts_session SET ended_at = at_time,
           end_reason = CASE WHEN NOT u.is_active THEN 'disabled' WHEN s.started_at < at_time - longest THEN 'longest' ELSE 'idle' END
     WHERE id = s.id;
    RETURN jsonb_build_object('expired', true, 'name', u.name);
  END IF;
  IF s.last_seen_at < at_time - interval '30 seconds' THEN
    UPDATE accounts_session SET last_seen_at = at_time WHERE id = s.id;
  END IF;
  RETURN jsonb_build_object(
    'session', s.id, 'user', u.id, 'name', u.name, 'username', u.username, 'division', u.division, 'staff', u.staff_id,
    'must_change_password', u.must_change_password, 'password_changed_at', u.password_changed_at,
    'has_totp', u.totp_confirmed_at IS NOT NULL, 'second_factor', s.second_factor_at IS NOT NULL,
    'grants', coalesce((SELECT jsonb_agg(jsonb_build_array(g.role, g.division) ORDER BY g.role, g.division)
                          FROM accounts_grant g
                         WHERE g.user_id = u.id AND g.revoked_at IS NULL AND g.from_on <= on_day
                           AND (g.to_on IS NULL OR g.to_on > on_day)), '[]'::jsonb));
END $$;
REVOKE ALL ON FUNCTION accounts_open_session(bytea, timestamptz, date, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_open_session(bytea, timestamptz, date, interval, interval) TO :app:, :job:;
