-- How many codes a division spans: 1 for a village, 1000 for a town, a million for a county, and so on upwards.
CREATE OR REPLACE FUNCTION orgs_span(code bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN code = 0 THEN 1000000000000 WHEN code % 10000000000 = 0 THEN 10000000000
              WHEN code % 100000000 = 0 THEN 100000000 WHEN code % 1000000 = 0 THEN 1000000
              WHEN code % 1000 = 0 THEN 1000 ELSE 1 END::bigint
$$;

-- A leader who leaves, or whose days are still published, must have handed them over first (205).
CREATE OR REPLACE FUNCTION orgs_check_leader() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s orgs_staff;
  n bigint;
BEGIN
  SELECT * INTO s FROM orgs_staff WHERE id = NEW.id;
  SELECT count(*) INTO n FROM orgs_receptionday d WHERE d.leader_id = s.id AND d.cancelled_at IS NULL AND d.on > s.ended_on;
  IF n > 0 THEN
    RAISE EXCEPTION '% 离岗后还排有%个接访日,不能离岗:请先在“工作交接”里改派。', s.name, n USING ERRCODE = 'VG205';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS orgs_leader_left ON orgs_staff;
CREATE CONSTRAINT TRIGGER orgs_leader_left AFTER UPDATE OF ended_on ON orgs_staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.ended_on IS NOT NULL) EXECUTE FUNCTION orgs_check_leader();
