-- What cards promise, refused by the database when broken: what is issued was counted in at a station, a batch's counts are those of its
-- lines, and nobody gets two cards, also not by two files with one ID number.
--
-- Codes: 401 issued but never received · 402 a batch does not balance.

CREATE OR REPLACE FUNCTION cards_check_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE c cards_card;
BEGIN
  SELECT * INTO c FROM cards_card WHERE id = NEW.id;
  IF c.id IS NULL OR c.issued_on IS NULL THEN RETURN NULL; END IF;
  IF NOT EXISTS (SELECT 1 FROM cards_batchline l JOIN cards_batch b ON b.id = l.batch_id
                  WHERE l.card_id = c.id AND l.outcome = 'received' AND b.leg = 'down') THEN
    RAISE EXCEPTION '证卡 % 没有清点入站的记录,不能发放:请先在批次交接里清点。', c.code USING ERRCODE = 'VG401';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION cards_check_counts(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  b cards_batch;
  n record;
BEGIN
  SELECT * INTO b FROM cards_batch WHERE id = one;
  IF b.id IS NULL THEN RETURN; END IF;
  SELECT count(*) AS sent, count(*) FILTER (WHERE outcome = 'received') AS received, count(*) FILTER (WHERE outcome = 'short') AS short,
         count(*) FILTER (WHERE outcome = 'damaged') AS damaged INTO n FROM cards_batchline WHERE batch_id = one;
  IF (b.sent_count, b.received_count, b.short_count, b.damaged_count) IS DISTINCT FROM (n.sent, n.received, n.short, n.damaged) THEN
    RAISE EXCEPTION '批次 % 的数目与清单不符(应发%、收到%、短少%、破损%),没有保存:请刷新后重新清点。',
      b.number, n.sent, n.received, n.short, n.damaged USING ERRCODE = 'VG402';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION cards_check_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM cards_check_counts(NEW.id);
  RETURN NULL;
END $$;

-- A line that changes has its batch looked at, as it is at commit.
CREATE OR REPLACE FUNCTION cards_check_line() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM cards_check_counts(NEW.batch_id);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS issued_was_received ON cards_card;
CREATE CONSTRAINT TRIGGER issued_was_received AFTER INSERT OR UPDATE OF issued_on, received_on ON cards_card
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.issued_on IS NOT NULL) EXECUTE FUNCTION cards_check_receipt();
DROP TRIGGER IF EXISTS counts_are_the_lines ON cards_batch;
CREATE CONSTRAINT TRIGGER counts_are_the_lines AFTER INSERT OR UPDATE ON cards_batch
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cards_check_batch();
DROP TRIGGER IF EXISTS lines_are_the_counts ON cards_batchline;
CREATE CONSTRAINT TRIGGER lines_are_the_counts AFTER UPDATE OF outcome, batch_id ON cards_batchline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cards_check_line();
DROP TRIGGER IF EXISTS lines_are_listed ON cards_batchline;
CREATE CONSTRAINT TRIGGER lines_are_listed AFTER INSERT ON cards_batchline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cards_check_line();

-- Whether an ID number has an open application or a living card anywhere in the county: yes or no and since when, never whose or where.
CREATE OR REPLACE FUNCTION cards_known(indexes bytea[], but uuid) RETURNS TABLE (what text, since date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'application', a.submitted_on FROM cards_application a
   WHERE a.id_index = ANY (indexes) AND a.closed_on IS NULL AND a.person_id IS DISTINCT FROM but
  UNION ALL
  SELECT 'card', c.made_on FROM cards_application a JOIN cards_card c ON c.application_id = a.id
   WHERE a.id_index = ANY (indexes) AND c.person_id IS DISTINCT FROM but
     AND c.state IN ('made', 'signed', 'sent', 'held', 'handed_up', 'missing', 'issued', 'paused', 'lost')
$$;

REVOKE ALL ON FUNCTION cards_known(bytea[], uuid), cards_check_counts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cards_known(bytea[], uuid) TO :app:, :job:;
