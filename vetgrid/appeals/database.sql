-- What appeals ask of the database itself: who shares one, who is the accused, at most five representatives, similar matters, and the
-- matters of one person across stations.

CREATE OR REPLACE FUNCTION appeals_reads(place bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT place BETWEEN current_setting('vetgrid.appeals_read_lo')::bigint AND current_setting('vetgrid.appeals_read_hi')::bigint
     AND place <@ current_setting('vetgrid.appeals_read_in')::int8multirange
$$;

-- Whether a station within the viewer's reach handles a part of this appeal.
CREATE OR REPLACE FUNCTION appeals_shared(appeal uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM appeals_jointpart j WHERE j.appeal_id = appeal AND appeals_reads(j.division))
$$;

-- Whether the viewer is the accused, or serves at the accused's station. Asked of every row of accusations, for reading and writing.
CREATE OR REPLACE FUNCTION appeals_is_about_me(accused uuid, unit uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE me uuid := nullif(current_setting('vetgrid.staff', true), '');
BEGIN
  IF me IS NULL THEN RETURN false; END IF;
  RETURN coalesce(accused = me, false)
      OR EXISTS (SELECT 1 FROM orgs_post p WHERE p.staff_id = me AND p.to_on IS NULL AND p.station_id = unit);
END $$;

-- Similar matters of all stations and years: for each fingerprint the newest fifty, so that the work stays the same however many
-- there are. Only what may be shown to anyone who registers: number, place, date, kind of matter, how it stands.
CREATE OR REPLACE FUNCTION appeals_similar(bands int[], but uuid)
RETURNS TABLE (id uuid, number text, division bigint, received_on date, category text, state text, shared bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.id, a.number, a.division, a.received_on, a.category, a.state, f.shared
    FROM (SELECT b.appeal_id, count(*) AS shared
            FROM unnest(bands) AS asked(band),
                 LATERAL (SELECT appeal_id FROM appeals_band b WHERE b.band = asked.band ORDER BY received_on DESC LIMIT 50) b
           GROUP BY b.appeal_id ORDER BY count(*) DESC LIMIT 40) f
    JOIN appeals_appeal a ON a.id = f.appeal_id AND a.id IS DISTINCT FROM but
   ORDER BY f.shared DESC, a.received_on DESC
$$;

-- The matters of one person across stations, promises included, for whoever may read that person's file.
CREATE OR REPLACE FUNCTION appeals_of_person(who uuid)
RETURNS TABLE (id uuid, number text, division bigint, received_on date, category text, state text, promise text,
               promised_on date, promise_kept_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.id, a.number, a.division, a.received_on, a.category, a.state, a.promise, a.promised_on, a.promise_kept_on
    FROM appeals_appeal a JOIN registry_person p ON p.id = a.person_id
   WHERE a.person_id = who
     AND p.division BETWEEN current_setting('vetgrid.registry_read_lo')::bigint AND current_setting('vetgrid.registry_read_hi')::bigint
     AND p.division <@ current_setting('vetgrid.registry_read_in')::int8multirange
   ORDER BY a.received_on DESC LIMIT 30
$$;

-- Who may hold what is confidential, whichever way it changes hands: an accusation only an officer of the discipline group who is
-- neither the accused nor of the accused's unit, a rectification anybody but the one who was rated.
CREATE OR REPLACE FUNCTION appeals_check_holder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE holder uuid;
BEGIN
  FOREACH holder IN ARRAY array_remove(ARRAY[NEW.owner_id, NEW.deputy_id], NULL) LOOP
    IF NEW.kind = 'accusation' AND (
         NOT EXISTS (SELECT 1 FROM orgs_post p WHERE p.staff_id = holder AND p.kind = 'discipline' AND p.to_on IS NULL)
         OR EXISTS (SELECT 1 FROM appeals_accusation a WHERE a.id = NEW.subject_id AND (a.accused_id = holder OR EXISTS (
              SELECT 1 FROM orgs_post p WHERE p.staff_id = holder AND p.to_on IS NULL AND p.station_id = a.accused_station_id)))) THEN
      RAISE EXCEPTION '检举控告只能由与被检举人及其单位无关的纪检监察联络员办理:请改选他人。' USING ERRCODE = 'VG206';
    ELSIF NEW.kind = 'rectification' AND EXISTS (
         SELECT 1 FROM appeals_rating r WHERE r.id = NEW.subject_id AND r.handler_id = holder) THEN
      RAISE EXCEPTION '差评整改不能交给被评价的人:请改选他人。' USING ERRCODE = 'VG206';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS appeals_holder ON work_workitem;
CREATE TRIGGER appeals_holder BEFORE INSERT OR UPDATE OF owner_id, deputy_id ON work_workitem
  FOR EACH ROW WHEN (NEW.is_confidential AND NEW.closed_on IS NULL) EXECUTE FUNCTION appeals_check_holder();

REVOKE ALL ON FUNCTION appeals_shared(uuid), appeals_is_about_me(uuid, uuid), appeals_similar(int[], uuid), appeals_of_person(uuid)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appeals_reads(bigint), appeals_shared(uuid), appeals_is_about_me(uuid, uuid), appeals_similar(int[], uuid),
  appeals_of_person(uuid) TO :app:, :job:;
