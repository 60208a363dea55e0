-- What the ledger promises, whoever asks: postings, claims and steps are only added; a line keeps payee and amount; a released
-- run never goes back. The owner of the tables is refused as well. The place alone may follow a person who moves.
--
-- Codes: 301 a row that is only added · 302 a line's payee or amount · 303 a released run.

CREATE OR REPLACE FUNCTION payments_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' AND to_jsonb(NEW) - 'division' = to_jsonb(OLD) - 'division' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '台账只能追加,不能修改或删除:请用新的分录更正。' USING ERRCODE = 'VG301';
END $$;

CREATE OR REPLACE FUNCTION payments_keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.run_id = OLD.run_id AND NEW.payee_id = OLD.payee_id AND NEW.number = OLD.number
     AND NEW.amount_fen = OLD.amount_fen AND NEW.balance_fen = OLD.balance_fen AND NEW.id = OLD.id THEN RETURN NEW; END IF;
  RAISE EXCEPTION '发放明细的收款人和金额不能修改,也不能删除:请暂缓这一笔,或作废批次重新编制。' USING ERRCODE = 'VG302';
END $$;

CREATE OR REPLACE FUNCTION payments_keep_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.released_on IS NULL THEN RETURN NEW; END IF;
  IF NEW.state IN ('released', 'returned', 'settled', 'closed') AND NEW.released_on = OLD.released_on
     AND NEW.total_fen = OLD.total_fen AND NEW.digest = OLD.digest AND NEW.month = OLD.month THEN RETURN NEW; END IF;
  RAISE EXCEPTION '批次已经放行,金额和状态不能退回。' USING ERRCODE = 'VG303';
END $$;

-- A step that has just written thousands of rows lets the planner know, because the next one joins them at once and the background
-- gets to it a minute later (after a crash much later). The program's roles own nothing, so the owner's right is lent for this alone.
CREATE OR REPLACE FUNCTION payments_analyze() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE payments_claim, payments_payline, payments_posting, payments_finding;
END $$;
REVOKE ALL ON FUNCTION payments_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_analyze() TO :app:, :job:;

DROP TRIGGER IF EXISTS append_only ON payments_posting;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_posting FOR EACH ROW EXECUTE FUNCTION payments_only_added();
DROP TRIGGER IF EXISTS never_emptied ON payments_posting;
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON payments_posting FOR EACH STATEMENT EXECUTE FUNCTION payments_only_added();
DROP TRIGGER IF EXISTS append_only ON payments_claim;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_claim FOR EACH ROW EXECUTE FUNCTION payments_only_added();
DROP TRIGGER IF EXISTS append_only ON payments_runstep;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_runstep FOR EACH ROW EXECUTE FUNCTION payments_only_added();
DROP TRIGGER IF EXISTS append_only ON payments_funding;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_funding FOR EACH ROW EXECUTE FUNCTION payments_only_added();
DROP TRIGGER IF EXISTS keep_line ON payments_payline;
CREATE TRIGGER keep_line BEFORE UPDATE OR DELETE ON payments_payline FOR EACH ROW EXECUTE FUNCTION payments_keep_line();
DROP TRIGGER IF EXISTS keep_run ON payments_payrun;
CREATE TRIGGER keep_run BEFORE UPDATE ON payments_payrun FOR EACH ROW EXECUTE FUNCTION payments_keep_run();

-- How far a job of the background is. Its own transaction is invisible until it ends, so the number goes over a connection beside it
-- into the job's row, which that transaction does not hold. Answers whether the job shall go on: a job that was cancelled shall not.
CREATE OR REPLACE FUNCTION payments_job_progress(one uuid, so_far integer, of_all integer) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE payments_payjob SET done = so_far, total = of_all WHERE id = one AND state = 'running';
  SELECT NOT EXISTS (SELECT 1 FROM payments_payjob WHERE id = one AND state <> 'running');
$$;
REVOKE ALL ON FUNCTION payments_job_progress(uuid, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_job_progress(uuid, integer, integer) TO :job:, :app:;
