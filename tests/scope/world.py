"""Two towns with the same things in each: whatever stands in town B carries a mark that must never show in town A.

`rows_of` makes one row of every protected table in a village, its town and the county's other town. A new table without
an entry here fails the probe.
"""

import json
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import builders as make
from vetgrid.accounts import models as accounts
from vetgrid.appeals import models as appeals
from vetgrid.benefits import models as benefits
from vetgrid.cards import models as cards
from vetgrid.citizens import models as citizens
from vetgrid.citizens.policy import policy as citizens_policy
from vetgrid.citizens.rules import Question, schema_of
from vetgrid.core.crypto import blind
from vetgrid.core.models import Answer
from vetgrid.core.places import Places
from vetgrid.core.scope import acting, knowing, lending
from vetgrid.employment import models as employment
from vetgrid.files.models import StoredFile
from vetgrid.grid import models as grid
from vetgrid.notices import models as notices
from vetgrid.offers import models as offers
from vetgrid.orgs import models as orgs
from vetgrid.payments import models as payments
from vetgrid.policies import models as policies
from vetgrid.registry import models as registry
from vetgrid.reports import models as reports
from vetgrid.visits import models as visits
from vetgrid.work import models as work

MARK_A, MARK_B = "甲标", "乙标"
PLACES = {MARK_A: (make.VILLAGE_A1, make.TOWN_A), MARK_B: (make.VILLAGE_B1, make.TOWN_B)}
PHONES = {MARK_A: "13700001111", MARK_B: "13700002222"}
IDS = {MARK_A: make.id_number("35058119700101001"), MARK_B: make.id_number("35058119700101003")}
DAY = date(2023, 1, 5)


def build() -> dict[str, dict[str, Any]]:
    """Both towns filled; returns mark -> name of thing -> row."""
    make.county()
    towns = {mark: _town(mark) for mark in (MARK_A, MARK_B)}
    with acting(make.system()):
        for things in towns.values():
            things["policy"] = policies.Policy.objects.create(
                division=make.COUNTY,
                title=f"公开政策{things['station'].division}",
                issuer="县局",
                level="county",
                issued_on=DAY,
                effective_from=DAY,
            )
            things["clause"] = policies.Clause.objects.create(
                division=make.COUNTY,
                policy=things["policy"],
                position=1,
                label="第一条",
                text="公开",
                effective_from=DAY,
                words=["公开"],
                title_words=["公开"],
            )
            things["faq"] = policies.Faq.objects.create(
                division=make.COUNTY,
                question="公开",
                answer="公开",
                words=["公开"],
                proposed_by=make.system().id,
                proposed_by_name="公开",
                proposed_at=timezone.now(),
            )
    return towns


def _town(mark: str) -> dict[str, Any]:
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
        things |= _matters(mark, things)
        things |= _citizens(mark, things)
        things |= _offers(mark, things)
        things |= _benefits(things, mark, village, now)
        things |= _payments(mark, things)
        things |= _cards(mark, things)
    return things


def _citizens(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """What the mini-program, visits and jobs keep of one town."""
    person, by, now = things["person"], make.system().id, timezone.now()
    scoped: dict[str, Any] = {"division": person.division}
    found: dict[str, Any] = {}
    account = citizens.Account.objects.create(
        phone=PHONES[mark],
        phone_index=blind(PHONES[mark], "phone"),
        made_at=now,
        privacy_version=citizens_policy().privacy_version,
        **scoped,
    )
    found["account"] = account
    found["citizen_session"] = citizens.CitizenSession.objects.create(
        account=account,
        token_hash=f"{mark}c".encode(),
        way="sms",
        started_at=now,
        last_seen_at=now,
        address="1.1.1.1",
        agent=mark,
        **scoped,
    )
    found["code"] = citizens.SmsCode.objects.create(
        phone_index=account.phone_index, code_hash=b"x", sent_at=now, expires_at=now, **scoped
    )
    found["attempt_to_sign_in"] = citizens.Attempt.objects.create(kind="code_phone", key=b"x", at=now, **scoped)
    found["binding"] = citizens.Binding.objects.create(
        account=account, person=person, way="facts", bound_at=now, proof_note=mark, **scoped
    )
    found["binding_request"] = citizens.BindingRequest.objects.create(
        account=account,
        person=person,
        name=f"{mark}老兵",
        id_number=IDS[mark],
        second_fact_kind="discharge_year",
        second_fact=mark,
        reason="fact",
        asked_at=now,
        **scoped,
    )
    found["authority"] = citizens.Authority.objects.create(
        person=person,
        helper_name=f"{mark}家属",
        helper_phone=PHONES[mark],
        helper_index=blind(PHONES[mark], "phone"),
        relation="child",
        from_on=DAY,
        to_on=make.TODAY.replace(year=2024),
        proof_note=mark,
        recorded_by=by,
        recorded_by_name=mark,
        recorded_at=now,
        **scoped,
    )
    found["assisted"] = citizens.AssistedAct.objects.create(
        person=person, act="file.confirm", label=mark, by=by, by_name=mark, at=now, **scoped
    )
    question = Question("q1", f"{mark}题目", "text")
    found["campaign"] = citizens.Campaign.objects.create(
        title=f"{mark}采集",
        form=schema_of(mark, [question]),
        opens_on=DAY,
        closes_on=make.TODAY,
        state="open",
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    found["reply"] = citizens.Reply.objects.create(
        campaign=found["campaign"], person=person, values=f'{{"q1": "{mark}"}}', state="sent", saved_at=now, **scoped
    )
    found["answer"] = Answer.objects.create(
        owner=account.id,
        key=mark,
        request_digest=mark,
        http_code=200,
        content=mark,
        made_at=now,
        expires_at=now,
        **scoped,
    )
    found["visit_paid"] = visits.Visit.objects.create(
        client_id=make.new_id(),
        digest=mark,
        person=person,
        staff=things["staff"],
        visited_at=now,
        way="home",
        text=mark,
        base_version=1,
        recorded_by=by,
        recorded_by_name=mark,
        recorded_at=now,
        **scoped,
    )
    found["told"] = notices.Notice.objects.create(
        person_id=person.id,
        channel="in_app",
        template="correction_decided",
        template_version=1,
        title=f"{mark}通知",
        body=mark,
        made_at=now,
        state="sent",
        **scoped,
    )
    public: dict[str, Any] = {"division": make.COUNTY}
    found["story"] = notices.Story.objects.create(
        kind="story", title="公开", body="公开", published_on=DAY, by_name="公开", **public
    )
    found["vacancy"] = employment.Vacancy.objects.create(
        title="公开", employer="公开", published_on=DAY, closes_on=make.TODAY, **public
    )
    found["fair"] = employment.Fair.objects.create(title="公开", place="公开", on=make.TODAY, **public)
    return found


def _offers(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """A merchant that is not published yet, with all that hangs on it; and a line of the public list."""
    person, station, now = things["person"], things["station"], timezone.now()
    scoped: dict[str, Any] = {"division": person.division}
    found: dict[str, Any] = {}
    found["alliance_series"] = offers.AllianceSeries.objects.create(key=mark, last=1, **scoped)
    merchant = offers.Merchant.objects.create(
        number=f"{mark}商家号",
        name=f"{mark}商家",
        licence="91110000600037341L",
        trade="food",
        address=f"{mark}路",
        station=station,
        applied_on=DAY,
        **scoped,
    )
    of: dict[str, Any] = {"merchant": merchant, **scoped}
    found["merchant"] = merchant
    found["merchant_contact"] = offers.MerchantContact.objects.create(name=f"{mark}老板", phone=PHONES[mark], **of)
    found["merchant_step"] = offers.MerchantStep.objects.create(
        move="apply", to_state="applied", on=DAY, at=now, note=mark, by_name=mark, **of
    )
    found["term"] = offers.Term.objects.create(from_on=DAY, to_on=make.TODAY, signer=mark, signed_on=DAY, **of)
    offer = offers.Offer.objects.create(
        title=f"{mark}优惠", kind="free", what=mark, from_on=DAY, trade="food", proposed_by_name=mark, **of
    )
    found["offer"] = offer
    found["shop_account"] = offers.ShopAccount.objects.create(
        username=f"shop-{person.division}", name=mark, password="!", **of
    )
    found["shop_session"] = offers.ShopSession.objects.create(
        account=found["shop_account"], token_hash=f"{mark}s".encode(), started_at=now, last_seen_at=now, **scoped
    )
    found["code_shown"] = offers.OfferCode.objects.create(
        opaque=person.division, short=str(person.division)[-8:], step=1, person=person, **scoped
    )
    found["try"] = offers.Try.objects.create(verdict="forged", at=now, tried_at=now, **of)
    complaint = offers.Complaint.objects.create(
        number=f"{mark}投诉号",
        source="counter",
        kind="refused",
        merchant=merchant,
        offer=offer,
        about=f"{mark}商家",
        person=person,
        name=f"{mark}老兵",
        phone=PHONES[mark],
        text=mark,
        station=station,
        opened_on=DAY,
        opened_at=now,
        **scoped,
    )
    found["offer_complaint"] = complaint
    found["complaint_step"] = offers.ComplaintStep.objects.create(
        complaint=complaint, move="open", to_state="opened", on=DAY, at=now, note=mark, by_name=mark, **scoped
    )
    finding = offers.Finding.objects.create(
        rule="night", rule_from=DAY, key=mark, title=f"{mark}异常", found_on=DAY, **scoped
    )
    found["offer_finding"] = finding
    found["finding_row"] = offers.FindingRow.objects.create(
        finding=finding, table="x", row=merchant.id, label=mark, **scoped
    )
    found["preference"] = offers.Preference.objects.create(
        division=make.COUNTY,
        number=1 if mark == MARK_A else 2,
        title="公开",
        provider="公开",
        category="traffic",
        document="card",
        place="公开",
        kind="free",
        what="公开",
        level="city",
        paper="公开",
        from_on=DAY,
    )
    found |= _redeemed(mark, merchant, offer, things)
    return found


def _redeemed(mark: str, merchant: Any, offer: Any, things: dict[str, Any]) -> dict[str, Any]:
    """A redemption by the one function that may write it, in the merchant's own scope."""
    scoped = {"division": merchant.division}
    code = offers.OfferCode.objects.create(
        opaque=merchant.division + 1, short=str(merchant.division)[-8:], step=2, person=things["person"], **scoped
    )
    offers.Offer.objects.filter(pk=offer.pk).update(is_shown=True)
    number = "R" + str(merchant.division)[-9:]
    values = [
        offer.id,
        code.opaque,
        timezone.now(),
        timezone.now(),
        make.TODAY,
        make.new_id(),
        make.new_id(),
        number,
        mark,
        timezone.now(),
        20,
    ]
    with knowing("merchant", str(merchant.id)), connection.cursor() as cursor:
        cursor.execute("SELECT offers_redeem(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values)
    offers.Offer.objects.filter(pk=offer.pk).update(is_shown=False)
    return {
        "redemption": offers.Redemption.objects.get(number=number),
        "receipt": offers.Receipt.objects.get(number=number),
    }


def _matters(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """Messages, work and matters of one town, each with its mark."""
    station, person, staff = things["station"], things["person"], things["staff"]
    village, by, now = station.division, make.system().id, timezone.now()
    scoped: dict[str, Any] = {"division": village}
    found: dict[str, Any] = {}
    found["message"] = notices.Notice.objects.create(
        staff=staff,
        channel="in_app",
        template="item_arrived",
        template_version=1,
        title=f"{mark}消息",
        body=mark,
        made_at=now,
        state="sent",
        **scoped,
    )
    found["attempt"] = notices.Attempt.objects.create(notice=found["message"], at=now, state="sent", **scoped)
    appeal = appeals.Appeal.objects.create(
        number=f"{mark}诉求号",
        kind="claim",
        channel="counter",
        category="housing",
        title=f"{mark}诉求",
        text=f"{mark}经过",
        person=person,
        applicant=f"{mark}老兵",
        phone=PHONES[mark],
        origin=village,
        origin_station=station,
        station=station,
        received_on=DAY,
        registered_at=now,
        registered_by=by,
        registered_by_name=mark,
        **scoped,
    )
    found["appeal"] = appeal
    item = work.WorkItem.objects.create(
        kind="appeal",
        subject_id=appeal.id,
        title=f"{mark}事项",
        station=station,
        owner=staff,
        opened_on=DAY,
        next_on=DAY,
        next_step=mark,
        clock_state="running",
        due_on=DAY,
        **scoped,
    )
    found["item"] = item
    found["clock"] = work.Clock.objects.create(
        item=item, limit="appeal_inform", started_on=DAY, state="running", due_on=DAY, **scoped
    )
    found["clock_event"] = work.ClockEvent.objects.create(
        clock=found["clock"],
        number=1,
        kind="start",
        on=DAY,
        days=15,
        unit="calendar",
        reason=mark,
        by=by,
        by_name=mark,
        at=now,
        **scoped,
    )
    found["series"] = appeals.Series.objects.create(key=f"{mark}", last=1, **scoped)
    found["representative"] = appeals.Representative.objects.create(appeal=appeal, position=1, name=mark, **scoped)
    found["step"] = appeals.Step.objects.create(
        appeal=appeal,
        move="register",
        to_state="registered",
        on=DAY,
        at=now,
        by=by,
        by_name=mark,
        station=station,
        note=mark,
        **scoped,
    )
    found["letter"] = appeals.Letter.objects.create(
        appeal=appeal,
        kind="acceptance",
        number=f"{mark}文书",
        dated_on=DAY,
        template=1,
        content='{"title":"x","number":"x","addressee":"x","paragraphs":["x"],"seal":"x","dated":"x"}',
        digest="0",
        made_by_name=mark,
        **scoped,
    )
    found["link"] = appeals.Link.objects.create(
        appeal=appeal, other_id=make.new_id(), other_number=mark, linked_by_name=mark, linked_at=now, **scoped
    )
    found["part"] = appeals.JointPart.objects.create(appeal=appeal, station=station, asked=mark, **scoped)
    found["attachment"] = appeals.Attachment.objects.create(
        appeal=appeal, file=things["file"].id, name=f"{mark}.pdf", size=1, added_by_name=mark, added_at=now, **scoped
    )
    found["band"] = appeals.Band.objects.create(band=hash(mark) % 1000, received_on=DAY, appeal=appeal, **scoped)
    found["accusation"] = appeals.Accusation.objects.create(
        number=f"{mark}举报号",
        channel="counter",
        text=f"{mark}举报",
        accused_name=mark,
        received_on=DAY,
        registered_at=now,
        **scoped,
    )
    found["accusation_step"] = appeals.AccusationStep.objects.create(
        accusation=found["accusation"],
        move="receive",
        to_state="received",
        on=DAY,
        at=now,
        by=by,
        by_name=mark,
        **scoped,
    )
    found["consultation"] = appeals.Consultation.objects.create(
        number=f"{mark}咨询号",
        channel="phone",
        question=f"{mark}问题",
        asker=mark,
        station=station,
        asked_on=DAY,
        registered_by_name=mark,
        registered_at=now,
        **scoped,
    )
    found["visit"] = appeals.Reception.objects.create(
        on=DAY,
        station=station,
        channel="counter",
        visitor=f"{mark}来访",
        topic=mark,
        receiver_name=mark,
        recorded_at=now,
        recorded_by_name=mark,
        **scoped,
    )
    found["appointment"] = appeals.Appointment.objects.create(
        day=things["reception"],
        visitor=f"{mark}预约",
        topic=mark,
        booked_by_name=mark,
        booked_at=now,
        origin=village,
        **scoped,
    )
    found["ticket"] = appeals.RatingTicket.objects.create(
        subject="appeal",
        subject_id=appeal.id,
        subject_number=mark,
        token_hash=mark,
        station=station,
        made_at=now,
        expires_on=DAY,
        **scoped,
    )
    with lending("ratings", Places.of([village])):
        found["rating"] = appeals.Rating.objects.create(
            ticket=found["ticket"], level=2, comment=mark, rated_at=now, **scoped
        )
    mediation = appeals.Mediation.objects.create(
        number=f"{mark}调解号",
        kind="people",
        category="dispute",
        title=f"{mark}纠纷",
        facts=mark,
        station=station,
        applied_on=DAY,
        registered_by_name=mark,
        **scoped,
    )
    found["mediation"] = mediation
    found["party"] = appeals.Party.objects.create(mediation=mediation, name=f"{mark}当事人", **scoped)
    found["mediator"] = appeals.Mediator.objects.create(mediation=mediation, name=mark, **scoped)
    found["sitting"] = appeals.MediationSession.objects.create(
        mediation=mediation, on=DAY, place=mark, record=mark, by_name=mark, **scoped
    )
    found["agreement"] = appeals.Agreement.objects.create(
        mediation=mediation, content=mark, agreed_on=DAY, confirm_until=make.TODAY, **scoped
    )
    found["performance"] = appeals.Performance.objects.create(mediation=mediation, what=mark, due_on=DAY, **scoped)
    found["aid"] = appeals.LegalAid.objects.create(
        number=f"{mark}援助号", applicant=mark, matter="wages", facts=mark, station=station, applied_on=DAY, **scoped
    )
    found["alert"] = appeals.Alert.objects.create(
        rule="repeat", rule_from=DAY, key=mark, title=f"{mark}预警", found_on=DAY, **scoped
    )
    found["alert_row"] = appeals.AlertRow.objects.create(
        alert=found["alert"], table="appeals_appeal", row=appeal.id, label=mark, url="/", **scoped
    )
    return found


_RECEIPT: dict[str, Any] = {
    "amount": "1.00元",
    "changes": ["去世"],
    "exclusion": None,
    "facts": [],
    "known_on": "2023-12-28",
    "month_label": "2023年12月",
    "programme": {"label": "残疾抚恤金", "article": "第一条", "payee": "本人"},
    "rules": {"digest": "0" * 64, "since": "2011-08"},
    "starts_label": "2023年12月",
    "steps": [],
    "unmet": [],
}


def _benefits(things: dict[str, Any], mark: str, village: int, now: Any) -> dict[str, Any]:
    """One row of each table of benefits."""
    one, by = things["person"], make.system().id
    about = {"person": one, "division": village}
    made = {"made_by": by, "made_by_name": mark, "made_at": now}
    found: dict[str, Any] = {}
    rules, _ = benefits.RuleVersion.objects.get_or_create(digest="0" * 64, defaults={"files": {}, "used_since": now})
    found["decision"] = benefits.Decision.objects.create(
        number=f"{mark}决定",
        programme="disability_pension",
        month=24276,
        known_on=DAY,
        known_at=now,
        cut=one.id,
        rule_version=rules,
        is_entitled=True,
        amount_fen=1,
        before_exclusion_fen=1,
        starts_month=24276,
        receipt=json.dumps(_RECEIPT | {"person": {"name": mark}}),
        digest=mark,
        **about,
        **made,
    )
    found["award"] = benefits.Award.objects.create(
        programme="disability_pension", from_month=24276, decision=found["decision"], **about
    )
    found["award_event"] = benefits.AwardEvent.objects.create(
        award=found["award"],
        number=1,
        kind="start",
        month=24276,
        on=DAY,
        reason=mark,
        by=by,
        by_name=mark,
        at=now,
        division=village,
    )
    found["award_period"] = benefits.AwardPeriod.objects.create(
        award=found["award"], from_month=24276, to_month=benefits.OPEN, division=village
    )
    found["benefit_finding"] = benefits.Finding.objects.create(
        programme="nursing_fee", kind="missing", month=24276, found_on=DAY, **about
    )
    found["application"] = benefits.Application.objects.create(
        number=f"{mark}申请",
        programme="nursing_fee",
        from_month=24276,
        channel="window",
        finding_id=found["benefit_finding"].id,
        note=mark,
        asked_on=DAY,
        **about,
        **made,
    )
    found["benefit_fact"] = benefits.BenefitFact.objects.create(
        group="nursing",
        values={"provision": "dispersed"},
        from_month=24276,
        known_since=now,
        source="archive",
        note=mark,
        recorded_by=by,
        recorded_by_name=mark,
        **about,
    )
    found["benefit_confirmation"] = benefits.Confirmation.objects.create(
        year=2022, way="visit", confirmed_on=DAY, note=mark, confirmed_by=by, confirmed_by_name=mark, **about
    )
    found["death_report"] = benefits.DeathReport.objects.create(
        source="civil",
        died_on=DAY,
        reported_on=DAY,
        note=mark,
        reported_by=by,
        reported_by_name=mark,
        reported_at=now,
        **about,
    )
    found["spell"] = benefits.Spell.objects.create(from_month=24276, built_at=now, **about)
    found["pending"] = benefits.Pending.objects.create(since=now, **about)
    found["benefit_run"] = benefits.Run.objects.create(
        division=village, label=f"{mark}测算", month=24276, asked_by=by, asked_by_name=mark, asked_at=now
    )
    found["simulation"] = benefits.Simulation.objects.create(
        division=village, label=f"{mark}模拟", asked_by=by, asked_by_name=mark, asked_at=now, expires_on=make.TODAY
    )
    found["proposal"] = benefits.Proposal.objects.create(
        division=village,
        label=f"{mark}变更",
        document=mark,
        trust="A",
        effective_on=DAY,
        known_since=DAY,
        rows=[{"table": "combat_test", "cell": "", "mode": "set", "value": "1200", "unit": "yuan/month"}],
        proposed_by=by,
        proposed_by_name=mark,
        proposed_at=now,
    )
    found["benefit_series"] = benefits.Series.objects.create(division=village, key=mark, last=1)
    return found


def _payments(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """A run of one village with everything that hangs on it."""
    person, by, now = things["person"], make.system().id, timezone.now()
    village = things["station"].division
    scoped: dict[str, Any] = {"division": village}
    month = date(2023, 1, 1)
    payments.Purpose.objects.get_or_create(key="rate", defaults={"label": "公开待遇"})
    run = payments.PayRun.objects.create(
        number="202301-001",
        label=f"{mark}批次",
        month=month,
        state="gated",
        made_by=by,
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    line = payments.PayLine.objects.create(
        run=run, payee=person, number=1, amount_fen=1, balance_fen=1, bank=mark, account="6222000000000001", **scoped
    )
    file = payments.PayFile.objects.create(
        run=run,
        way="returned",
        format_key="x",
        file=things["file"].id,
        name=f"{mark}.txt",
        digest=mark,
        lines=1,
        total_fen=1,
        made_by=by,
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    job = payments.PayJob.objects.create(
        kind="reissue",
        label=f"{mark}办理",
        month=month,
        state="failed",
        problem=mark,
        asked_by=by,
        asked_by_name=mark,
        asked_at=now,
        **scoped,
    )
    return {
        "pay_job": job,
        "pay_run": run,
        "pay_line": line,
        "pay_file": file,
        "claim": payments.Claim.objects.create(
            run=run, payee=person, purpose="rate", month=month, determined_fen=1, due_fen=1, **scoped
        ),
        "finding": payments.Finding.objects.create(
            run=run, line=line, check_key="dead", sentence=f"{mark}发现", found_at=now, **scoped
        ),
        "run_step": payments.RunStep.objects.create(
            run=run, move="draft", to_state="draft", on=DAY, at=now, by=by, by_name=mark, note=mark, **scoped
        ),
        "funding": payments.Funding.objects.create(
            run=run, purpose="rate", account="fund_county", share=10000, amount_fen=1, **scoped
        ),
        "return_row": payments.ReturnRow.objects.create(
            file=file, row_no=1, text=mark, outcome="unmatched", problem=mark, **scoped
        ),
        "account_notice": payments.AccountNotice.objects.create(
            payee=person,
            kind="closed",
            account="6222000000000001",
            source=mark,
            reported_on=DAY,
            reported_by_name=mark,
            **scoped,
        ),
        "posting": payments.Posting.objects.create(
            kind="accrual",
            debit="expense",
            credit="payable",
            amount_fen=1,
            payee=person,
            purpose="rate",
            month=month,
            on=DAY,
            run=run,
            ref=mark,
            reason=mark,
            by=by,
            at=now,
            **scoped,
        ),
    }


def _cards(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """An application, a card, a batch and a file from outside of one town, each with its mark."""
    station, person = things["station"], things["person"]
    scoped: dict[str, Any] = {"division": station.division}
    now = timezone.now()
    step = {"move": "apply", "to_state": "made", "on": DAY, "at": now, "by_name": mark, "note": mark}
    found: dict[str, Any] = {}
    found["card_series"] = cards.Series.objects.create(key=mark, last=1, **scoped)
    one = cards.Application.objects.create(
        number=f"{mark}申领号",
        person=person,
        id_index=person.id_index,
        name=f"{mark}老兵",
        kind="veteran",
        identities="veteran",
        channel="home_visit",
        visit_address=f"{mark}路1号",
        province="35",
        bank="icbc",
        speaker_name=mark,
        station=station,
        state="made",
        stage_on=DAY,
        submitted_on=DAY,
        accepted_on=DAY,
        registered_at=now,
        registered_by_name=mark,
        **scoped,
    )
    found["card_application"] = one
    found["card_app_step"] = cards.Step.objects.create(application=one, **step, **scoped)
    found["card_paper"] = cards.Attachment.objects.create(
        application=one,
        material="form",
        file=things["file"].id,
        name=f"{mark}.pdf",
        size=1,
        added_by_name=mark,
        added_at=now,
        **scoped,
    )
    found["card_letter"] = cards.Letter.objects.create(
        application=one,
        kind="refusal",
        number=f"{mark}证文书",
        dated_on=DAY,
        template=1,
        content='{"title":"x","number":"x","addressee":"x","paragraphs":["x"],"seal":"x","dated":"x"}',
        digest="0",
        made_by_name=mark,
        **scoped,
    )
    card = cards.Card.objects.create(
        code=f"{mark}卡码",
        application=one,
        person=person,
        holder=f"{mark}老兵",
        number="6217001800000001",
        kind="veteran",
        bank="icbc",
        state="sent",
        stage_on=DAY,
        made_on=DAY,
        signed_on=DAY,
        **scoped,
    )
    found["card"] = card
    found["card_own_step"] = cards.CardStep.objects.create(card=card, **step, **scoped)
    batch = cards.Batch.objects.create(
        number=f"{mark}批号",
        leg="down",
        sender=station,
        origin=station.division,
        station=station,
        sent_on=DAY,
        sent_by_name=mark,
        sent_count=1,
        note=mark,
        **scoped,
    )
    found["card_batch"] = batch
    found["card_line"] = cards.BatchLine.objects.create(
        batch=batch, card=card, code=card.code, holder=card.holder, place=station.division, **scoped
    )
    found["step_file"] = cards.StepFile.objects.create(
        step="city",
        name=f"{mark}.xlsx",
        digest=mark,
        rows=1,
        applied=0,
        repeated=0,
        unmatched=1,
        loaded_at=now,
        loaded_by_name=mark,
        **scoped,
    )
    found["step_row"] = cards.StepRow.objects.create(
        file=found["step_file"], row_no=2, key=mark, cells=mark, outcome="unmatched", sentence=mark, **scoped
    )
    return found
