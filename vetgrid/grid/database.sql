-- What the grid promises, refused at commit when broken: every living veteran has exactly one contact and one deputy, on
-- every day. "At most one" stands in unique indexes; "at least one" and "the right one" stand here, as deferred triggers.
--
-- Two transactions could each be right alone and wrong together (one closes a cell while the other puts somebody into it).
-- So every check first locks the rows that it relies on: it waits for the other one and then reads what that one committed.
-- This needs READ COMMITTED, the default, where each statement of a function sees what was committed before it.
--
-- Codes: 101 no contact · 102 wrong place · 103 overlap · 104 closed too early · 105 contact or deputy missing · 106 both the
-- same person · 107 cannot answer here · 108 still answers · 109 not a living veteran · 110 gap in time · 111 outside the
-- life of the cell · 112 village without a default cell, or closed.

-- A living veteran of the county: not dead, not moved away, not merged into another file.
CREATE OR REPLACE FUNCTION grid_needs_contact(p registry_person) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT p.is_veteran AND p.died_on IS NULL AND p.left_on IS NULL AND p.merged_into_id IS NULL
$$;

CREATE OR REPLACE FUNCTION grid_check_one_person(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  p registry_person;
  m grid_membership;
  c grid_cell;
BEGIN
  SELECT * INTO p FROM registry_person WHERE id = one FOR SHARE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO m FROM grid_membership WHERE person_id = one AND to_on IS NULL;
  IF m.id IS NULL THEN
    IF grid_needs_contact(p) THEN
      RAISE EXCEPTION '% 没有责任联系人:在册退役军人必须归属一个微网格,请先指定。', p.name USING ERRCODE = 'VG101';
    END IF;
    RETURN;
  END IF;
  IF NOT grid_needs_contact(p) THEN
    RAISE EXCEPTION '% 不是在册的退役军人(已去世、迁出、合并或未标记),不能归属微网格:请先结束归属。', p.name USING ERRCODE = 'VG109';
  ELSIF m.division <> p.division THEN
    RAISE EXCEPTION '% 的责任联系人还在原村(社区):请同时在新村(社区)指定。', p.name USING ERRCODE = 'VG102';
  END IF;
  SELECT * INTO c FROM grid_cell WHERE id = m.cell_id FOR SHARE;
  IF c.closed_on IS NOT NULL OR c.division <> m.division THEN
    RAISE EXCEPTION '% 的微网格已关闭或不在其所在村(社区),请改派到本村的微网格。', p.name USING ERRCODE = 'VG102';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION grid_check_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM grid_check_one_person(NEW.id);
  RETURN NULL;
END $$;

-- The periods of one person follow one another without overlap, each within the life of its cell.
CREATE OR REPLACE FUNCTION grid_check_periods_of(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE who text;
BEGIN
  SELECT p.name INTO who FROM registry_person p WHERE p.id = one;
  IF EXISTS (SELECT 1 FROM grid_membership a JOIN grid_membership b ON b.person_id = a.person_id AND b.id > a.id
              WHERE a.person_id = one
                AND a.from_on < coalesce(b.to_on, 'infinity') AND b.from_on < coalesce(a.to_on, 'infinity')) THEN
    RAISE EXCEPTION '% 的微网格归属在时间上重叠,请核对起止日期。', who USING ERRCODE = 'VG103';
  END IF;
  IF EXISTS (SELECT 1 FROM grid_membership m JOIN grid_cell c ON c.id = m.cell_id
              WHERE m.person_id = one AND m.from_on < coalesce(m.to_on, 'infinity')
                AND (m.from_on < c.opened_on OR coalesce(m.to_on, 'infinity') > coalesce(c.closed_on, 'infinity'))) THEN
    RAISE EXCEPTION '% 的归属日期超出了微网格的存续时间:那些日子没有责任人。请核对起止日期。', who USING ERRCODE = 'VG111';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION grid_check_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.person_id <> NEW.person_id) THEN
    PERFORM grid_check_one_person(OLD.person_id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM grid_check_one_person(NEW.person_id);
    PERFORM grid_check_periods_of(NEW.person_id);
  END IF;
  RETURN NULL;
END $$;

-- An open cell stands in an open village and has exactly one contact and one deputy, two different people.
CREATE OR REPLACE FUNCTION grid_check_one_cell(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  c grid_cell;
  contact uuid;
  deputy uuid;
BEGIN
  SELECT * INTO c FROM grid_cell WHERE id = one FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF c.closed_on IS NOT NULL THEN
    IF EXISTS (SELECT 1 FROM grid_membership WHERE cell_id = one AND to_on IS NULL)
       OR EXISTS (SELECT 1 FROM grid_duty WHERE cell_id = one AND to_on IS NULL) THEN
      RAISE EXCEPTION '微网格“%”还有归属人员或责任人,不能关闭:请先交接。', c.name USING ERRCODE = 'VG104';
    END IF;
    PERFORM grid_check_no_gap(c, 'contact');
    PERFORM grid_check_no_gap(c, 'deputy');
    RETURN;
  END IF;
  SELECT staff_id INTO contact FROM grid_duty WHERE cell_id = one AND kind = 'contact' AND to_on IS NULL;
  SELECT staff_id INTO deputy FROM grid_duty WHERE cell_id = one AND kind = 'deputy' AND to_on IS NULL;
  IF contact IS NULL OR deputy IS NULL THEN
    RAISE EXCEPTION '微网格“%”必须同时有责任联系人和备岗联系人,请先指定接替人员。', c.name USING ERRCODE = 'VG105';
  ELSIF contact = deputy THEN
    RAISE EXCEPTION '微网格“%”的责任联系人和备岗联系人不能是同一个人。', c.name USING ERRCODE = 'VG106';
  END IF;
  IF EXISTS (SELECT 1 FROM grid_membership WHERE cell_id = one AND to_on IS NULL AND division <> c.division)
     OR EXISTS (SELECT 1 FROM grid_duty WHERE cell_id = one AND to_on IS NULL AND division <> c.division) THEN
    RAISE EXCEPTION '微网格“%”与其人员或责任人登记的村(社区)不一致。', c.name USING ERRCODE = 'VG102';
  END IF;
  PERFORM grid_check_no_gap(c, 'contact');
  PERFORM grid_check_no_gap(c, 'deputy');
END $$;

-- On every day of the cell's life somebody holds the duty: the periods begin when it opens and meet until it closes.
CREATE OR REPLACE FUNCTION grid_check_no_gap(c grid_cell, which text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  d record;
  covered_to date := c.opened_on;
BEGIN
  FOR d IN SELECT from_on, coalesce(to_on, 'infinity') AS until FROM grid_duty
            WHERE cell_id = c.id AND kind = which AND from_on < coalesce(to_on, 'infinity') ORDER BY from_on LOOP
    IF d.from_on > covered_to THEN
      EXIT;
    END IF;
    covered_to := greatest(covered_to, d.until);
  END LOOP;
  IF covered_to < coalesce(c.closed_on, 'infinity') THEN
    RAISE EXCEPTION '微网格“%”从%起有一段时间没有%:前后责任人的日期要首尾相接。',
      c.name, covered_to, CASE which WHEN 'contact' THEN '责任联系人' ELSE '备岗联系人' END USING ERRCODE = 'VG110';
  END IF;
END $$;

-- A village with cells is open, and one of its cells is the one where new people come first.
CREATE OR REPLACE FUNCTION grid_check_village(code_of bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v orgs_division;
BEGIN
  SELECT * INTO v FROM orgs_division WHERE code = code_of FOR SHARE;
  IF NOT EXISTS (SELECT 1 FROM grid_cell WHERE division = code_of AND closed_on IS NULL) THEN RETURN; END IF;
  IF v.code IS NULL OR v.closed_on IS NOT NULL THEN
    RAISE EXCEPTION '村(社区)“%”已撤销或未登记,不能有在用的微网格:请先合并到其他村(社区)。', coalesce(v.name, code_of::text)
      USING ERRCODE = 'VG112';
  ELSIF NOT EXISTS (SELECT 1 FROM grid_cell WHERE division = code_of AND closed_on IS NULL AND is_default) THEN
    RAISE EXCEPTION '村(社区)“%”没有默认微网格,新登记的人员没有归属:请先指定一个。', v.name USING ERRCODE = 'VG112';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION grid_check_cell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.division <> NEW.division) THEN
    PERFORM grid_check_village(OLD.division);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM grid_check_one_cell(NEW.id);
    PERFORM grid_check_village(NEW.division);
  END IF;
  RETURN NULL;
END $$;

-- Whoever holds a duty works here now: on the staff, with an open post at this place or above it.
CREATE OR REPLACE FUNCTION grid_check_one_duty(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  d grid_duty;
  s orgs_staff;
BEGIN
  SELECT * INTO d FROM grid_duty WHERE id = one AND to_on IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO s FROM orgs_staff WHERE id = d.staff_id FOR SHARE;
  IF s.ended_on IS NOT NULL THEN
    RAISE EXCEPTION '% 已离岗,不能担任责任人:请改选在岗人员。', s.name USING ERRCODE = 'VG107';
  END IF;
  PERFORM 1 FROM orgs_post p WHERE p.staff_id = d.staff_id AND p.to_on IS NULL
     AND d.division BETWEEN p.division AND p.division + orgs_span(p.division) - 1 FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% 在这里没有在任岗位,不能担任责任人:请先登记岗位或改选他人。', s.name USING ERRCODE = 'VG107';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION grid_check_duty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.cell_id IS NOT NULL AND (TG_OP = 'DELETE' OR OLD.cell_id IS DISTINCT FROM NEW.cell_id) THEN
    PERFORM grid_check_one_cell(OLD.cell_id);
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  IF NEW.cell_id IS NOT NULL THEN
    PERFORM grid_check_one_cell(NEW.cell_id);
  END IF;
  IF EXISTS (SELECT 1 FROM grid_duty a JOIN grid_duty b ON b.kind = a.kind AND b.id > a.id
                AND (b.cell_id = a.cell_id OR (a.cell_id IS NULL AND b.cell_id IS NULL AND b.division = a.division))
              WHERE a.kind = NEW.kind
                AND (a.cell_id = NEW.cell_id OR (NEW.cell_id IS NULL AND a.cell_id IS NULL AND a.division = NEW.division))
                AND a.from_on < coalesce(b.to_on, 'infinity') AND b.from_on < coalesce(a.to_on, 'infinity')) THEN
    RAISE EXCEPTION '同一职责的责任人在时间上重叠,请核对起止日期。' USING ERRCODE = 'VG103';
  END IF;
  PERFORM grid_check_one_duty(NEW.id);
  RETURN NULL;
END $$;

-- Staff who leave, or whose post ends, must have handed over first.
CREATE OR REPLACE FUNCTION grid_check_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE s orgs_staff;
BEGIN
  SELECT * INTO s FROM orgs_staff WHERE id = NEW.id;
  IF s.ended_on IS NOT NULL AND EXISTS (SELECT 1 FROM grid_duty WHERE staff_id = s.id AND to_on IS NULL) THEN
    RAISE EXCEPTION '% 还担任网格责任人,不能离岗:请先在“工作交接”里把名下人员交给他人。', s.name USING ERRCODE = 'VG108';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION grid_check_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE d record;
BEGIN
  FOR d IN SELECT g.division, s.name FROM grid_duty g JOIN orgs_staff s ON s.id = g.staff_id
            WHERE g.staff_id = OLD.staff_id AND g.to_on IS NULL LOOP
    PERFORM 1 FROM orgs_post p WHERE p.staff_id = OLD.staff_id AND p.to_on IS NULL
       AND d.division BETWEEN p.division AND p.division + orgs_span(p.division) - 1 FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION '% 还担任网格责任人,不能结束岗位:请先在“工作交接”里把名下人员交给他人。', d.name USING ERRCODE = 'VG108';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION grid_check_division() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM grid_check_village(NEW.code);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS grid_person_inserted ON registry_person;
CREATE CONSTRAINT TRIGGER grid_person_inserted AFTER INSERT ON registry_person
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_veteran) EXECUTE FUNCTION grid_check_person();
DROP TRIGGER IF EXISTS grid_person_updated ON registry_person;
CREATE CONSTRAINT TRIGGER grid_person_updated AFTER UPDATE OF is_veteran, died_on, left_on, merged_into_id, division ON registry_person
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((NEW.is_veteran, NEW.died_on, NEW.left_on, NEW.merged_into_id, NEW.division)
        IS DISTINCT FROM (OLD.is_veteran, OLD.died_on, OLD.left_on, OLD.merged_into_id, OLD.division))
  EXECUTE FUNCTION grid_check_person();
DROP TRIGGER IF EXISTS grid_membership_changed ON grid_membership;
CREATE CONSTRAINT TRIGGER grid_membership_changed AFTER INSERT OR UPDATE OR DELETE ON grid_membership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_membership();
DROP TRIGGER IF EXISTS grid_cell_changed ON grid_cell;
CREATE CONSTRAINT TRIGGER grid_cell_changed AFTER INSERT OR UPDATE OR DELETE ON grid_cell
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_cell();
DROP TRIGGER IF EXISTS grid_duty_changed ON grid_duty;
CREATE CONSTRAINT TRIGGER grid_duty_changed AFTER INSERT OR UPDATE OR DELETE ON grid_duty
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_duty();
DROP TRIGGER IF EXISTS grid_staff_left ON orgs_staff;
CREATE CONSTRAINT TRIGGER grid_staff_left AFTER UPDATE OF ended_on ON orgs_staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_staff();
DROP TRIGGER IF EXISTS grid_post_ended ON orgs_post;
CREATE CONSTRAINT TRIGGER grid_post_ended AFTER UPDATE OR DELETE ON orgs_post
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_post();
DROP TRIGGER IF EXISTS grid_division_closed ON orgs_division;
CREATE CONSTRAINT TRIGGER grid_division_closed AFTER UPDATE OF closed_on ON orgs_division
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grid_check_division();
