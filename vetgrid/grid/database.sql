-- What the grid promises, refused at commit when broken: every living veteran has exactly one contact and one deputy.
-- "At most one" stands in unique indexes; "at least one" and "the right one" stand here, as deferred constraint triggers.

-- A living veteran of the county: not dead, not moved away, not merged into another file.
CREATE OR REPLACE FUNCTION grid_check_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  p record;
  m record;
BEGIN
  SELECT id, division, name, is_veteran, died_on, left_on, merged_into_id INTO p FROM registry_person WHERE id = NEW.id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT division, cell_id INTO m FROM grid_membership WHERE person_id = NEW.id AND to_on IS NULL;
  IF p.is_veteran AND p.died_on IS NULL AND p.left_on IS NULL AND p.merged_into_id IS NULL THEN
    IF m.cell_id IS NULL THEN
      RAISE EXCEPTION '% 没有责任联系人:在册退役军人必须归属一个微网格,请先指定。', p.name USING ERRCODE = 'VG101';
    ELSIF m.division <> p.division THEN
      RAISE EXCEPTION '% 的责任联系人还在原村(社区):请同时在新村(社区)指定。', p.name USING ERRCODE = 'VG102';
    END IF;
  ELSIF m.cell_id IS NOT NULL AND m.division <> p.division THEN
    RAISE EXCEPTION '% 的网格归属与所在村(社区)不一致。', p.name USING ERRCODE = 'VG102';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION grid_check_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  who uuid := coalesce(NEW.person_id, OLD.person_id);
  p record;
  m record;
  c record;
BEGIN
  SELECT id, division, name, is_veteran, died_on, left_on, merged_into_id INTO p FROM registry_person WHERE id = who;
  SELECT division, cell_id INTO m FROM grid_membership WHERE person_id = who AND to_on IS NULL;
  IF m.cell_id IS NULL THEN
    IF p.is_veteran AND p.died_on IS NULL AND p.left_on IS NULL AND p.merged_into_id IS NULL THEN
      RAISE EXCEPTION '% 没有责任联系人:在册退役军人必须归属一个微网格,请先指定。', p.name USING ERRCODE = 'VG101';
    END IF;
  ELSE
    SELECT division, closed_on INTO c FROM grid_cell WHERE id = m.cell_id;
    IF c.closed_on IS NOT NULL OR c.division <> m.division OR m.division <> p.division THEN
      RAISE EXCEPTION '% 的微网格已关闭或不在其所在村(社区),请改派到本村的微网格。', p.name USING ERRCODE = 'VG102';
    END IF;
  END IF;
  IF EXISTS (SELECT 1 FROM grid_membership a JOIN grid_membership b ON b.person_id = a.person_id AND b.id > a.id
              WHERE a.person_id = who
                AND a.from_on < coalesce(b.to_on, 'infinity') AND b.from_on < coalesce(a.to_on, 'infinity')) THEN
    RAISE EXCEPTION '% 的责任联系人在时间上重叠,请核对起止日期。', p.name USING ERRCODE = 'VG103';
  END IF;
  RETURN NULL;
END $$;

-- An open cell has exactly one contact and one deputy, two different people who work there now.
CREATE OR REPLACE FUNCTION grid_check_one_cell(one uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  c record;
  contact uuid;
  deputy uuid;
BEGIN
  SELECT id, name, division, closed_on INTO c FROM grid_cell WHERE id = one;
  IF NOT FOUND THEN RETURN; END IF;
  IF c.closed_on IS NOT NULL THEN
    IF EXISTS (SELECT 1 FROM grid_membership WHERE cell_id = one AND to_on IS NULL)
       OR EXISTS (SELECT 1 FROM grid_duty WHERE cell_id = one AND to_on IS NULL) THEN
      RAISE EXCEPTION '微网格“%”还有归属人员或责任人,不能关闭:请先交接。', c.name USING ERRCODE = 'VG104';
    END IF;
    RETURN;
  END IF;
  SELECT staff_id INTO contact FROM grid_duty WHERE cell_id = one AND kind = 'contact' AND to_on IS NULL;
  SELECT staff_id INTO deputy FROM grid_duty WHERE cell_id = one AND kind = 'deputy' AND to_on IS NULL;
  IF contact IS NULL OR deputy IS NULL THEN
    RAISE EXCEPTION '微网格“%”必须同时有责任联系人和备岗联系人,请先指定接替人员。', c.name USING ERRCODE = 'VG105';
  ELSIF contact = deputy THEN
    RAISE EXCEPTION '微网格“%”的责任联系人和备岗联系人不能是同一个人。', c.name USING ERRCODE = 'VG106';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION grid_check_cell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM grid_check_one_cell(coalesce(NEW.id, OLD.id));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION grid_check_duty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  d record;
  one uuid := coalesce(NEW.cell_id, OLD.cell_id);
BEGIN
  IF one IS NOT NULL THEN
    PERFORM grid_check_one_cell(one);
    IF EXISTS (SELECT 1 FROM grid_duty a JOIN grid_duty b ON b.cell_id = a.cell_id AND b.kind = a.kind AND b.id > a.id
                WHERE a.cell_id = one
                  AND a.from_on < coalesce(b.to_on, 'infinity') AND b.from_on < coalesce(a.to_on, 'infinity')) THEN
      RAISE EXCEPTION '微网格的责任人在时间上重叠,请核对起止日期。' USING ERRCODE = 'VG103';
    END IF;
  END IF;
  SELECT d0.division, d0.cell_id, s.name, s.ended_on INTO d
    FROM grid_duty d0 JOIN orgs_staff s ON s.id = d0.staff_id WHERE d0.id = NEW.id AND d0.to_on IS NULL;
  IF FOUND THEN
    IF d.ended_on IS NOT NULL THEN
      RAISE EXCEPTION '% 已离岗,不能担任责任人:请改选在岗人员。', d.name USING ERRCODE = 'VG107';
    END IF;
    IF d.cell_id IS NOT NULL AND d.division <> (SELECT division FROM grid_cell WHERE id = d.cell_id) THEN
      RAISE EXCEPTION '责任人登记的村(社区)与微网格不一致。' USING ERRCODE = 'VG102';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM orgs_post p WHERE p.staff_id = NEW.staff_id AND p.to_on IS NULL
                    AND d.division BETWEEN p.division AND p.division + orgs_span(p.division) - 1) THEN
      RAISE EXCEPTION '% 在这里没有在任岗位,不能担任责任人:请先登记岗位或改选他人。', d.name USING ERRCODE = 'VG107';
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- Staff who leave, or whose post ends, must have handed over first.
CREATE OR REPLACE FUNCTION grid_check_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE s record;
BEGIN
  SELECT id, name, ended_on INTO s FROM orgs_staff WHERE id = NEW.id;
  IF s.ended_on IS NOT NULL AND EXISTS (SELECT 1 FROM grid_duty WHERE staff_id = s.id AND to_on IS NULL) THEN
    RAISE EXCEPTION '% 还担任网格责任人,不能离岗:请先在“网格交接”里把名下人员交给他人。', s.name USING ERRCODE = 'VG108';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION grid_check_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE d record;
BEGIN
  FOR d IN SELECT g.division, s.name FROM grid_duty g JOIN orgs_staff s ON s.id = g.staff_id
            WHERE g.staff_id = coalesce(NEW.staff_id, OLD.staff_id) AND g.to_on IS NULL LOOP
    IF NOT EXISTS (SELECT 1 FROM orgs_post p WHERE p.staff_id = coalesce(NEW.staff_id, OLD.staff_id) AND p.to_on IS NULL
                    AND d.division BETWEEN p.division AND p.division + orgs_span(p.division) - 1) THEN
      RAISE EXCEPTION '% 还担任网格责任人,不能结束岗位:请先在“网格交接”里把名下人员交给他人。', d.name USING ERRCODE = 'VG108';
    END IF;
  END LOOP;
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
