"""Matters of each town: consultations, appeals, accusations, mediations and their parts."""

from typing import Any

from django.utils import timezone

from tests import builders as make
from tests.scope.world.marks import DAY, PHONES
from vetgrid.appeals import models as appeals
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.notices import models as notices
from vetgrid.work import models as work


def matters_of(mark: str, things: dict[str, Any]) -> dict[str, Any]:
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
