-- What work promises, refused at commit when broken: an open item belongs to somebody who works here now and to an open station,
-- nobody leaves while items are theirs, and no station closes over open items. Checks lock the rows that they rely on.
--
-- Codes: 201 leaves with open items · 202 owner does not work here · 203 station closed or elsewhere · 204 a clock's history.

CREATE OR REPLACE FUNCTION work_serves(one uuid, place bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM orgs_staff s JOIN orgs_post p ON p.staff_id = s.id
   WHERE s.id = one AND s.ended_on IS NULL AND p.to_on IS NULL
     AND place BETWEEN p.division AND p.division + orgs_span(p.division) - 1 FOR SHARE OF s, p;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION work_check_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  i work_workitem;
  s orgs_station;
  who text;
BEGIN
  SELECT * INTO i FROM work_workitem WHERE id = NEW.id;
  IF i.id IS NULL OR i.closed_on IS NOT NULL THEN RETURN NULL; END IF;
  SELECT * INTO s FROM orgs_station WHERE id = i.station_id FOR SHARE;
  IF s.closed_on IS NOT NULL OR s.division <> i.division THEN
    RAISE EXCEPTION '“%”已撤销或不在这里,不能承办事项“%”:请转交其他服务站。', s.name, i.title USING ERRCODE = 'VG203';
  END IF;
  IF NOT work_serves(i.owner_id, i.division) THEN
    SELECT name INTO who FROM orgs_staff WHERE id = i.owner_id;
    RAISE EXCEPTION '% 已离岗或在“%”没有在任岗位,不能负责事项“%”:请改选他人。', who, s.name, i.title USING ERRCODE = 'VG202';
  ELSIF i.deputy_id IS NOT NULL AND NOT work_serves(i.deputy_id, i.division) THEN
    SELECT name INTO who FROM orgs_staff WHERE id = i.deputy_id;
    RAISE EXCEPTION '% 已离岗或在“%”没有在任岗位,不能协助事项“%”:请改选他人。', who, s.name, i.title USING ERRCODE = 'VG202';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION work_check_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s orgs_staff;
  n bigint;
BEGIN
  SELECT * INTO s FROM orgs_staff WHERE id = NEW.id;
  IF s.ended_on IS NULL THEN RETURN NULL; END IF;
  SELECT count(*) INTO n FROM work_workitem WHERE closed_on IS NULL AND (owner_id = s.id OR deputy_id = s.id);
  IF n > 0 THEN
    RAISE EXCEPTION '% 名下还有%件未办结的事项,不能离岗:请先在“工作交接”里交给他人。', s.name, n USING ERRCODE = 'VG201';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION work_check_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE i record;
BEGIN
  FOR i IN SELECT CASE WHEN w.is_confidential THEN '保密事项' ELSE w.title END AS title, w.division, s.name FROM work_workitem w JOIN orgs_staff s ON s.id = OLD.staff_id
            WHERE w.closed_on IS NULL AND (w.owner_id = OLD.staff_id OR w.deputy_id = OLD.staff_id) LOOP
    IF NOT work_serves(OLD.staff_id, i.division) THEN
      RAISE EXCEPTION '% 还负责“%”等未办结的事项,不能结束岗位:请先在“工作交接”里交给他人。', i.name, i.title USING ERRCODE = 'VG201';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION work_check_station() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s orgs_station;
  n bigint;
BEGIN
  SELECT * INTO s FROM orgs_station WHERE id = NEW.id;
  SELECT count(*) INTO n FROM work_workitem WHERE closed_on IS NULL AND station_id = s.id
     AND (s.closed_on IS NOT NULL OR division <> s.division);
  IF n > 0 THEN
    RAISE EXCEPTION '“%”还有%件未办结的事项,不能撤销:请先转交其他服务站。', s.name, n USING ERRCODE = 'VG203';
  END IF;
  RETURN NULL;
END $$;

-- The history of a clock is only added to; its place alone may follow the item when that moves.
CREATE OR REPLACE FUNCTION work_keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'division' = to_jsonb(OLD) - 'division' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '时钟的记录只能追加,不能修改或删除。' USING ERRCODE = 'VG204';
END $$;

DROP TRIGGER IF EXISTS work_item_changed ON work_workitem;
CREATE CONSTRAINT TRIGGER work_item_changed AFTER INSERT OR UPDATE OF owner_id, deputy_id, station_id, division, closed_on ON work_workitem
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.closed_on IS NULL) EXECUTE FUNCTION work_check_item();
DROP TRIGGER IF EXISTS work_staff_left ON orgs_staff;
CREATE CONSTRAINT TRIGGER work_staff_left AFTER UPDATE OF ended_on ON orgs_staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work_check_staff();
DROP TRIGGER IF EXISTS work_post_ended ON orgs_post;
CREATE CONSTRAINT TRIGGER work_post_ended AFTER UPDATE OR DELETE ON orgs_post
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work_check_post();
DROP TRIGGER IF EXISTS work_station_closed ON orgs_station;
CREATE CONSTRAINT TRIGGER work_station_closed AFTER UPDATE OF closed_on, division ON orgs_station
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work_check_station();
DROP TRIGGER IF EXISTS append_only ON work_clockevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON work_clockevent FOR EACH ROW EXECUTE FUNCTION work_keep_events();
