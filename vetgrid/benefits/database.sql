-- What benefits ask of the database itself: events and decisions are only added to; numbers are given without gap or doubt.

-- The place of a row alone may follow the person who moves.
CREATE OR REPLACE FUNCTION benefits_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'division' = to_jsonb(OLD) - 'division' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '待遇的决定和变动记录只能追加，不能修改或删除。' USING ERRCODE = 'VG401';
END $$;

-- A fact is never edited: only its end of being known may be set, once.
CREATE OR REPLACE FUNCTION benefits_keep_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'division' - 'known_until' = to_jsonb(OLD) - 'division' - 'known_until'
     AND (OLD.known_until IS NULL OR NEW.known_until = OLD.known_until) THEN RETURN NEW; END IF;
  RAISE EXCEPTION '待遇事实不能修改，只能更正：旧的保留，新的另记。' USING ERRCODE = 'VG402';
END $$;

DROP TRIGGER IF EXISTS append_only ON benefits_awardevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON benefits_awardevent FOR EACH ROW EXECUTE FUNCTION benefits_only_added();
DROP TRIGGER IF EXISTS append_only ON benefits_decision;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON benefits_decision FOR EACH ROW EXECUTE FUNCTION benefits_only_added();
DROP TRIGGER IF EXISTS append_only ON benefits_ruleversion;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON benefits_ruleversion FOR EACH ROW EXECUTE FUNCTION benefits_only_added();
DROP TRIGGER IF EXISTS keep_fact ON benefits_benefitfact;
CREATE TRIGGER keep_fact BEFORE UPDATE OR DELETE ON benefits_benefitfact FOR EACH ROW EXECUTE FUNCTION benefits_keep_fact();

-- Values are only added, and only in one of two ways: they ship with the platform, or two different persons agreed to them.
CREATE OR REPLACE FUNCTION benefits_add_parameter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE p benefits_proposal%ROWTYPE;
BEGIN
  IF NEW.proposal_id IS NULL THEN
    IF audit_context('actor', '00000000-0000-0000-0000-000000000000')::uuid <> '00000000-0000-0000-0000-000000000000' THEN
      RAISE EXCEPTION '标准只能通过“提出—复核”加入,不能由一个人直接写入。' USING ERRCODE = 'VG411';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO p FROM benefits_proposal WHERE id = NEW.proposal_id;
  IF p.id IS NULL OR p.state <> 'approved' OR p.decided_by IS NULL OR p.decided_by = p.proposed_by OR p.division <> NEW.division
     OR p.effective_on <> NEW.effective_on OR p.document <> NEW.document OR NOT EXISTS (
       SELECT 1 FROM jsonb_array_elements(p.rows) r
        WHERE r->>'table' = NEW."table" AND r->>'cell' = NEW.cell AND r->>'mode' = NEW.mode
          AND r->>'value' = NEW.written AND r->>'unit' = NEW.unit) THEN
    RAISE EXCEPTION '这一行标准没有经过两个人:须先提出,再由另一个人复核通过。' USING ERRCODE = 'VG412';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION benefits_keep_parameter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '标准只能追加,不能修改或删除:请提出新的变更。' USING ERRCODE = 'VG413';
END $$;

-- Whoever proposes is the one who acts, and so is whoever decides; what was proposed never changes, and a decision stays.
CREATE OR REPLACE FUNCTION benefits_keep_proposal() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE me uuid := audit_context('actor', '00000000-0000-0000-0000-000000000000')::uuid;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.proposed_by <> me THEN
      RAISE EXCEPTION '标准变更只能以本人名义提出。' USING ERRCODE = 'VG414';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - '{state,decided_by,decided_by_name,decided_at,reason,simulation_id}'::text[]
                         <> to_jsonb(OLD) - '{state,decided_by,decided_by_name,decided_at,reason,simulation_id}'::text[] THEN
    RAISE EXCEPTION '已提出的标准变更不能修改或删除:请撤回后重新提出。' USING ERRCODE = 'VG415';
  END IF;
  IF OLD.state <> 'proposed' AND to_jsonb(NEW) - 'simulation_id' <> to_jsonb(OLD) - 'simulation_id' THEN
    RAISE EXCEPTION '这项标准变更已有结论,不能再改。' USING ERRCODE = 'VG415';
  END IF;
  IF NEW.decided_by IS DISTINCT FROM OLD.decided_by AND NEW.decided_by <> me THEN
    RAISE EXCEPTION '标准变更只能以本人名义复核。' USING ERRCODE = 'VG414';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION benefits_add_parameter() FROM PUBLIC;

DROP TRIGGER IF EXISTS only_agreed ON benefits_parameterrow;
CREATE TRIGGER only_agreed BEFORE INSERT ON benefits_parameterrow FOR EACH ROW EXECUTE FUNCTION benefits_add_parameter();
DROP TRIGGER IF EXISTS append_only ON benefits_parameterrow;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON benefits_parameterrow FOR EACH ROW EXECUTE FUNCTION benefits_keep_parameter();
DROP TRIGGER IF EXISTS two_persons ON benefits_proposal;
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE OR DELETE ON benefits_proposal FOR EACH ROW EXECUTE FUNCTION benefits_keep_proposal();
