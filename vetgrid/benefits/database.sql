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
