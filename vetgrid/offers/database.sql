-- What redeeming asks of the database itself. A merchant's scope opens no person and no code; these functions look for it, answer with a
-- verdict, a class and a receipt number, and nothing else. They act for the merchant of the running transaction alone.

-- Whom a shop's token opens.
CREATE OR REPLACE FUNCTION offers_open_session(token bytea, at_time timestamptz, idle interval, longest interval)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE s offers_shopsession; a offers_shopaccount; m offers_merchant;
BEGIN
  SELECT * INTO s FROM offers_shopsession WHERE token_hash = token AND ended_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT * INTO a FROM offers_shopaccount WHERE id = s.account_id;
  SELECT * INTO m FROM offers_merchant WHERE id = a.merchant_id;
  IF NOT a.is_active OR m.state IN ('left', 'refused') OR s.last_seen_at < at_time - idle OR s.started_at < at_time - longest THEN
    UPDATE offers_shopsession SET ended_at = at_time WHERE id = s.id;
    RETURN NULL;
  END IF;
  IF s.last_seen_at < at_time - interval '10 minutes' THEN
    UPDATE offers_shopsession SET last_seen_at = at_time WHERE id = s.id;
  END IF;
  RETURN jsonb_build_object('session', s.id, 'account', a.id, 'till', a.name, 'merchant', m.id, 'name', m.name,
                            'division', m.division, 'must_change', a.must_change_password);
END $$;

-- One redemption. The code is locked first: of two at the same moment one waits and then finds it used. Whatever is not taken leaves the
-- code as it was, except that the try is written down.
CREATE OR REPLACE FUNCTION offers_redeem(
  wanted uuid, which bigint, at_time timestamptz, real_time timestamptz, day date, new_id uuid, receipt_id uuid, new_number text, till text
) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  shop uuid := nullif(current_setting('vetgrid.merchant', true), '')::uuid;
  m offers_merchant; o offers_offer; c offers_offercode; held text := NULL; verdict text := 'ok';
BEGIN
  SELECT * INTO m FROM offers_merchant WHERE id = shop;
  SELECT * INTO o FROM offers_offer WHERE id = wanted AND merchant_id = shop;
  IF m.id IS NULL OR o.id IS NULL OR NOT o.is_shown OR o.from_on > day OR o.to_on <= day THEN
    RETURN jsonb_build_object('verdict', 'closed');
  END IF;
  SELECT * INTO c FROM offers_offercode WHERE opaque = which FOR UPDATE;
  IF c.id IS NULL THEN verdict := 'expired';
  ELSIF c.used_at IS NOT NULL THEN verdict := 'replayed';
  ELSE
    IF jsonb_array_length(o.classes) = 0 THEN held := '';
    ELSE SELECT k INTO held FROM unnest(c.classes) WITH ORDINALITY u(k, n) WHERE o.classes ? k ORDER BY n LIMIT 1;
    END IF;
    IF held IS NULL THEN verdict := 'not_entitled';
    ELSIF o.uses_left IS NOT NULL THEN
      UPDATE offers_offer SET uses_left = uses_left - 1 WHERE id = o.id AND uses_left > 0;
      IF NOT FOUND THEN verdict := 'sold_out'; END IF;
    END IF;
  END IF;
  IF verdict <> 'ok' THEN
    INSERT INTO offers_try (id, division, merchant_id, verdict, at, tried_at, redemption_id)
    VALUES (new_id, m.division, m.id, verdict, at_time, real_time, c.redemption_id);
    RETURN jsonb_build_object('verdict', verdict);
  END IF;
  UPDATE offers_offercode SET used_at = real_time, redemption_id = new_id WHERE id = c.id;
  INSERT INTO offers_redemption (id, division, number, merchant_id, offer_id, "on", at, class_code, outcome, reason, till)
  VALUES (new_id, m.division, new_number, m.id, o.id, day, at_time, held, 'honoured', '', till);
  INSERT INTO offers_receipt (id, division, redemption_id, number, person_id, "on", at, merchant_id, merchant_name, offer_id, offer_title)
  SELECT receipt_id, p.division, new_id, new_number, p.id, day, at_time, m.id, m.name, o.id, o.title
    FROM registry_person p WHERE p.id = c.person_id;
  RETURN jsonb_build_object('verdict', 'ok', 'class', held, 'number', new_number, 'redemption', new_id);
END $$;

-- Which signed code a typed number stands for, at this moment; nothing of the person.
CREATE OR REPLACE FUNCTION offers_typed(typed text, first_step bigint, last_step bigint)
RETURNS TABLE (opaque bigint, step bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.opaque, c.step FROM offers_offercode c WHERE c.short = typed AND c.step BETWEEN first_step AND last_step
   ORDER BY c.step DESC LIMIT 1
$$;

-- Not honoured after all: by the merchant whose redemption it is, or by an action that holds the place. Gives the use back.
CREATE OR REPLACE FUNCTION offers_refuse(which uuid, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE r offers_redemption;
BEGIN
  SELECT * INTO r FROM offers_redemption WHERE id = which FOR UPDATE;
  IF r.id IS NULL OR r.outcome <> 'honoured' OR NOT (
       coalesce(r.merchant_id = nullif(current_setting('vetgrid.merchant', true), '')::uuid, false) OR offers_writes(r.division)) THEN
    RETURN false;
  END IF;
  UPDATE offers_redemption SET outcome = 'refused', reason = why WHERE id = which;
  UPDATE offers_offer SET uses_left = least(uses_left + 1, "limit") WHERE id = r.offer_id AND uses_left IS NOT NULL;
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION offers_writes(place bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT place BETWEEN current_setting('vetgrid.offers_write_lo')::bigint AND current_setting('vetgrid.offers_write_hi')::bigint
     AND place <@ current_setting('vetgrid.offers_write_in')::int8multirange
$$;

-- Whose redemption it was, for the action that opens the complaint; only where the merchant's place may be written.
CREATE OR REPLACE FUNCTION offers_person_of(which uuid)
RETURNS TABLE (person_id uuid, division bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.person_id, c.division FROM offers_receipt c JOIN offers_redemption r ON r.id = c.redemption_id
   WHERE r.id = which AND offers_writes(r.division)
$$;

-- How often offers were honoured of late: numbers for everybody, rows for nobody. Upheld complaints without a redemption count as refused.
CREATE OR REPLACE FUNCTION offers_honour(which uuid[], since date)
RETURNS TABLE (offer_id uuid, honoured bigint, refused bigint, last_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, coalesce(r.honoured, 0), coalesce(r.refused, 0) + coalesce(c.refused, 0), r.last_on
    FROM unnest(which) w(id)
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'honoured') AS honoured, count(*) FILTER (WHERE outcome = 'refused') AS refused,
                              max("on") FILTER (WHERE outcome = 'honoured') AS last_on
                         FROM offers_redemption x WHERE x.offer_id = w.id AND x."on" >= since) r ON true
    LEFT JOIN LATERAL (SELECT count(*) AS refused FROM offers_complaint x WHERE x.offer_id = w.id AND x.redemption_id IS NULL
                          AND x.kind = 'refused' AND x.decided_on >= since AND x.state IN ('upheld', 'called_back')
                          AND x.outcome <> '' AND EXISTS (SELECT 1 FROM offers_complaintstep s WHERE s.complaint_id = x.id AND s.move = 'uphold')) c ON true
$$;

REVOKE ALL ON FUNCTION offers_open_session(bytea, timestamptz, interval, interval), offers_typed(text, bigint, bigint), offers_refuse(uuid, text),
  offers_redeem(uuid, bigint, timestamptz, timestamptz, date, uuid, uuid, text, text), offers_person_of(uuid), offers_honour(uuid[], date)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION offers_open_session(bytea, timestamptz, interval, interval), offers_typed(text, bigint, bigint), offers_refuse(uuid, text),
  offers_redeem(uuid, bigint, timestamptz, timestamptz, date, uuid, uuid, text, text), offers_person_of(uuid), offers_honour(uuid[], date),
  offers_writes(bigint) TO :app:, :job:;
