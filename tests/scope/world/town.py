"""One town: stations, staff, people, files, and what every domain keeps of them."""

from typing import Any

from django.utils import timezone

from tests import builders as make
from tests.scope.world.benefits import benefits_of
from tests.scope.world.cards import cards_of
from tests.scope.world.citizens import citizens_of
from tests.scope.world.marks import DAY, IDS, PHONES, PLACES
from tests.scope.world.matters import matters_of
from tests.scope.world.offers import offers_of
from tests.scope.world.payments import payments_of
from vetgrid.accounts import models as accounts
from vetgrid.core.scope import acting
from vetgrid.files.models import StoredFile
from vetgrid.grid import models as grid
from vetgrid.orgs import models as orgs
from vetgrid.registry import models as registry
from vetgrid.reports import models as reports


def town(mark: str) -> dict[str, Any]:
    village, town = PLACES[mark]
    by = make.system().id
    now = timezone.now()
    with acting(make.system()):
        people = {
            name: make.staff(village, f"{mark}员工{at}", phone=PHONES[mark], phone_index=None)
            for at, name in enumerate(("contact", "deputy"))
        }
        cell = make.cell(village, f"{mark}网格", contact=people["contact"], deputy=people["deputy"])
        one = make.veteran(
            village,
            f"{mark}老兵",
            at=cell,
            id_number=IDS[mark],
            phone=PHONES[mark],
            name_pinyin="laobing",
            name_initials="lb",
        )
        other = make.person(village, f"{mark}家属", id_number="", phone="")
        station = orgs.Station.objects.get(division=village)
        orgs.Station.objects.filter(pk=station.pk).update(name=f"{mark}服务站", address=f"{mark}路", phone="0595-1")
        user = make.user(f"user-{village}", ("grid_contact", village), name=f"{mark}账号")
        fact = {
            "person": one,
            "division": village,
            "source": "archive",
            "source_note": mark,
            "known_since": now,
            "recorded_by": by,
        }
        scoped = {"division": village}
        things: dict[str, Any] = {
            "person": one,
            "other": other,
            "cell": cell,
            "station": station,
            "user": user,
            "staff": people["contact"],
        }
        things["phone"] = registry.Phone.objects.create(number=PHONES[mark], **fact)
        things["residence"] = registry.Residence.objects.create(address=f"{mark}路1号", **fact)
        things["situation"] = registry.Situation.objects.create(politics="01", **fact)
        things["service"] = registry.Service.objects.create(enlisted_on="1990-12", unit=f"{mark}部队", **fact)
        things["merit"] = registry.Merit.objects.create(code="merit_3", issuer=mark, **fact)
        things["wound"] = registry.Wound.objects.create(place=mark, **fact)
        things["disability"] = registry.Disability.objects.create(grade=7, cause="duty", certificate_no=mark, **fact)
        things["class"] = registry.PersonClass.objects.create(code="70", **fact)
        things["employment"] = registry.Employment.objects.create(code="employed", employer=mark, **fact)
        things["education"] = registry.Education.objects.create(school=mark, **fact)
        things["housing"] = registry.Housing.objects.create(code="own", note=mark, **fact)
        things["hardship"] = registry.Hardship.objects.create(code="illness", description=mark, **fact)
        things["insurance"] = registry.Insurance.objects.create(code="injury", place=mark, **fact)
        things["bank"] = registry.BankAccount.objects.create(bank=mark, account="6222000000000001", **fact)
        things["event"] = registry.LifeEvent.objects.create(code="other", note=mark, **fact)
        things["kin"] = registry.Kin.objects.create(relation="10", name=f"{mark}妻", **fact)
        things["office"] = registry.VillageOffice.objects.create(
            code="secretary", village=village, from_on="2021-11", **fact
        )
        things["household"] = registry.Household.objects.create(number=mark, **scoped)
        things["change"] = registry.ChangeRequest.objects.create(
            person=one,
            section="phone",
            values="{}",
            source="archive",
            asked_by=by,
            asked_by_name=mark,
            asked_at=now,
            base_version=1,
            **scoped,
        )
        things["move"] = registry.MoveRequest.objects.create(
            person=one,
            to_division=make.VILLAGE_A2,
            moved_on=DAY,
            reason=mark,
            asked_by=by,
            asked_by_name=mark,
            asked_at=now,
            **scoped,
        )
        things["duplicate"] = registry.Duplicate.objects.create(
            person=one, other=other, other_division=village, reason="same_name_and_birth", found_at=now, **scoped
        )
        absorbed = make.person(village, f"{mark}并入", merged_into=one)
        things["merge"] = registry.Merge.objects.create(
            person=one,
            absorbed=absorbed,
            undo='{"moved":{},"closed":{},"kept_is_veteran":true}',
            merged_by=by,
            merged_at=now,
            **scoped,
        )
        stored = StoredFile.objects.create(
            name=f"{mark}.xlsx",
            media_type="text/plain",
            size=1,
            digest="0",
            kind="import",
            owner=user.id,
            made_at=now,
            **scoped,
        )
        things["file"] = stored
        things["batch"] = registry.ImportBatch.objects.create(
            file=stored.id,
            file_name=f"{mark}.xlsx",
            file_digest="0",
            state="checked",
            headers=["姓名"],
            mapping={"0": "identity.name"},
            total=1,
            good=0,
            bad=1,
            made_by=by,
            made_by_name=mark,
            made_at=now,
            **scoped,
        )
        things["row"] = registry.ImportRow.objects.create(
            batch=things["batch"], row_no=2, cells=f'[["{mark}行"], {{}}]', outcome="bad", errors={"0": mark}, **scoped
        )
        things["mapping"] = registry.ImportMapping.objects.create(signature=mark, mapping={}, used_at=now, **scoped)
        things["run"] = registry.ExportRun.objects.create(
            what="people", reason=mark, asked_by=user.id, asked_by_name=mark, asked_at=now, **scoped
        )
        things["notice"] = registry.NoticeGiven.objects.create(
            person=one,
            notice=registry.PrivacyNotice.objects.get(),
            given_on=DAY,
            way="counter",
            given_by=by,
            given_by_name=mark,
            **scoped,
        )
        things["consent"] = registry.Consent.objects.create(
            person=one, purpose="photo", given_on=DAY, way="counter", recorded_by=by, **scoped
        )
        for model, code in (
            (orgs.FiveHave, "staff"),
            (orgs.Place, "hall"),
            (orgs.NoticeBoard, "board"),
            (orgs.StationHonour, "other"),
        ):
            things[model.__name__] = model.objects.create(station=station, code=code, from_on=DAY, note=mark, **scoped)
        things["reception"] = orgs.ReceptionDay.objects.create(
            on=make.TODAY, leader=people["contact"], hours="9:00", place=mark, **scoped
        )
        things["exception"] = orgs.CalendarException.objects.create(on=DAY, is_working=True, reason=mark, **scoped)
        things["division_change"] = orgs.DivisionChange.objects.create(
            kind="renamed",
            subject="station",
            subject_id=str(station.id),
            on=DAY,
            old_name=f"{mark}旧名",
            document=mark,
            **scoped,
        )
        things["town_staff"] = make.staff(town, f"{mark}镇长", post="town_leader")
        things["duty"] = grid.Duty.objects.create(kind="group_head", staff=people["contact"], from_on=DAY, **scoped)
        things["post"] = orgs.Post.objects.filter(staff=people["contact"]).first()
        things["old_password"] = accounts.PasswordHistory.objects.create(
            user=user, password="!", replaced_at=now, **scoped
        )
        things["session"] = accounts.Session.objects.create(
            user=user,
            token_hash=mark.encode(),
            started_at=now,
            last_seen_at=now,
            address="1.1.1.1",
            agent=mark,
            **scoped,
        )
        things["grant"] = accounts.Grant.objects.get(user=user)
        report = reports.SealedReport.objects.create(
            title=f"{mark}报告",
            from_on=DAY,
            to_on=make.TODAY,
            sealed_at=now,
            sealed_by=by,
            sealed_by_name=mark,
            digest="0",
            **scoped,
        )
        things["report"] = report
        things["figure"] = reports.SealedFigure.objects.create(
            report=report,
            position=1,
            key="stations.town",
            label=mark,
            unit="个",
            value="1",
            columns=["x"],
            rows=[[mark]],
            **scoped,
        )
        things |= matters_of(mark, things)
        things |= citizens_of(mark, things)
        things |= offers_of(mark, things)
        things |= benefits_of(things, mark, village, now)
        things |= payments_of(mark, things)
        things |= cards_of(mark, things)
    return things
