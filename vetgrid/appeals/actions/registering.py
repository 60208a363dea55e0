"""Do: take down an appeal, with its owner, its clock and its fingerprint at once."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals import rules
from vetgrid.appeals.actions.acting import add_step
from vetgrid.appeals.kinds import APPEAL
from vetgrid.appeals.models import Appeal, Attachment, Band, Representative
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.series import yearly
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.files.kinds import recognised
from vetgrid.files.store import keep
from vetgrid.notices.actions import Message, tell
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.work.actions import Opening, open_item
from vetgrid.work.limits import limit_for

MAX_FILES = 10
_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/zip",
    "xlsx": "application/zip",
}


@transaction.atomic
def register(
    asked: rules.Registration, *, station_id: UUID, by: Actor, today: date, person_id: UUID | None = None
) -> Appeal:
    """登记诉求: at any station, through any channel. Raises Invalid field by field; nothing is half-written."""
    station = open_station(station_id)
    require(by, AppealsPermission.REGISTER, at=station.division)
    found = dict(rules.problems(asked, has_person=person_id is not None, today=today))
    if asked.kind not in Appeal.Kind.values:
        found["kind"] = "请选择诉求种类。"
    if asked.channel not in Appeal.Channel.values:
        found["channel"] = "请选择反映渠道。"
    if asked.category not in codes("appeal_category"):
        found["category"] = "请选择事项类别。"
    if asked.relation and asked.relation not in codes("appeal_relation"):
        found["relation"] = "请选择与本人的关系。"
    person = person_in_reach(person_id, by=by) if person_id else None
    if found:
        raise Invalid(fields=found)
    appeal = Appeal(
        division=station.division,
        origin=station.division,
        station=station,
        origin_station=station,
        number=yearly(station.division, "appeal", asked.received_on.year),
        kind=asked.kind,
        channel=asked.channel,
        category=asked.category,
        title=asked.title.strip(),
        text=asked.text.strip(),
        wish=asked.wish.strip() or None,
        person=person,
        applicant=(person.name if person else asked.applicant.strip()),
        phone=asked.phone.strip() or (person.phone if person else None),
        address=asked.address.strip(),
        is_anonymous=asked.is_anonymous,
        speaker=asked.speaker.strip(),
        relation=asked.relation,
        people=max(asked.people, len(asked.representatives)),
        source_number=asked.source_number.strip(),
        received_on=asked.received_on,
        registered_at=now(),
        registered_by=by.id,
        registered_by_name=by.name,
    )
    with lending("appeals", Places.only([station.division])):
        appeal.save(force_insert=True)
        for position, (name, phone) in enumerate(asked.representatives, start=1):
            Representative(
                appeal=appeal, division=appeal.division, position=position, name=name.strip()[:40], phone=phone or None
            ).save(force_insert=True)
        fingerprint(appeal, asked.title + asked.text)
        add_step(appeal, "register", "", station=station, note=appeal.get_channel_display(), by=by, today=today)
    limit = limit_for("appeal_inform", on=asked.received_on)
    due = asked.received_on + timedelta(days=limit.days)
    item = open_item(
        Opening(
            kind=APPEAL.key,
            subject_id=appeal.id,
            title=f"{appeal.number} {appeal.title}",
            station=station,
            owner_id=by.staff_id,
            next_on=min(due, max(today, asked.received_on) + timedelta(days=3)),
            next_step="审核是否受理",
            limit="appeal_inform",
            started_on=asked.received_on,
        ),
        by=by,
        today=today,
    )
    _tell_applicant(appeal, person, due=due, today=today)
    record(
        by,
        AppealsPermission.REGISTER,
        division=appeal.division,
        table="appeals_appeal",
        row=appeal.id,
        person=appeal.person_id,
        detail={"number": appeal.number, "owner": str(item.owner_id)},
    )
    return appeal


def fingerprint(appeal: Appeal, text: str) -> None:
    """Writes the bands by which similar appeals find this one."""
    insert(
        Band(band=band, received_on=appeal.received_on, division=appeal.division, appeal_id=appeal.id)
        for band in sorted(set(rules.bands(text)))
    )


def open_station(station_id: UUID) -> Station:
    """An open station anywhere in the county: papers travel, so every station may be named; its name and place are public."""
    with lending("orgs", Places.of([0])):
        station = Station.objects.filter(pk=station_id, closed_on=None).first()
    if station is None:
        raise Invalid(fields={"station": "没有这个服务站,或它已经撤销。请重新选择。"})
    return station


def person_in_reach(person_id: UUID, *, by: Actor) -> Person:
    """The person, when the actor may read the file; absent and out of reach look the same."""
    person = Person.objects.filter(pk=person_id, merged_into=None).first()
    if person is None or not by.may(RegistryPermission.READ, at=person.division):
        raise Invalid(fields={"person": "没有找到这个人的档案,或不在您的管辖范围内。请重新选择,或只填写姓名。"})
    return person


def _tell_applicant(appeal: Appeal, person: Person | None, *, due: date, today: date) -> None:
    if person is None:
        return
    tell_person(
        "appeal_receipt",
        person,
        {"number": appeal.number, "station": appeal.station.name, "day": f"{due:%Y年%-m月%-d日}"},
        division=appeal.division,
        today=today,
    )


def tell_person(template: str, person: Person, values: dict[str, str], *, division: int, today: date) -> None:
    """A text message to a person, in the queue of this very transaction."""
    tell(
        [
            Message(
                template=template,
                division=division,
                person_id=person.id,
                channel=Notice.Channel.SMS,
                address=person.phone,
                values=values,
            )
        ],
        today=today,
    )


@transaction.atomic
def attach(*, appeal_id: UUID, name: str, body: bytes, by: Actor, today: date) -> Attachment:
    """添加附件: PDF, picture or office document; refused when it is not what its name says."""
    appeal = Appeal.objects.filter(pk=appeal_id).first()
    if appeal is None:
        raise NotFound()
    require(by, AppealsPermission.HANDLE, at=appeal.division)
    kind = recognised(name, body)
    if Attachment.objects.filter(appeal=appeal, removed_at=None).count() >= MAX_FILES:
        raise Invalid(fields={"file": f"附件最多{MAX_FILES}个,请先删除不需要的。"})
    stored = keep(body, name=name, media_type=_TYPES[kind], kind="appeal", division=appeal.division, by=by, today=today)
    attachment = Attachment(
        id=new_id(),
        appeal=appeal,
        division=appeal.division,
        file=stored.id,
        name=name[:200],
        size=len(body),
        added_by_name=by.name,
        added_at=now(),
    )
    attachment.save(force_insert=True)
    record(by, "appeals.attach", division=appeal.division, table="appeals_attachment", row=attachment.id)
    return attachment


@transaction.atomic
def remove_attachment(*, attachment_id: UUID, by: Actor, today: date) -> UUID:
    """删除附件: hidden from the list; the trail keeps that it was there. Returns the appeal's id."""
    attachment = Attachment.objects.select_related("appeal").filter(pk=attachment_id, removed_at=None).first()
    if attachment is None:
        raise NotFound()
    require(by, AppealsPermission.HANDLE, at=attachment.appeal.division)
    attachment.removed_at = now()
    attachment.save(update_fields=["removed_at"])
    record(by, "appeals.remove_attachment", division=attachment.division, table="appeals_attachment", row=attachment.id)
    return attachment.appeal_id
