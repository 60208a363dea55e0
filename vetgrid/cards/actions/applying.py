"""Do: take an application down, at the counter, at home or from the mini-program; its papers, its photograph, and what the applicant decides."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from vetgrid.audit.trail import record
from vetgrid.cards import photos, policy, rules
from vetgrid.cards.actions.acting import (
    Moving,
    add_step,
    begin,
    chain_stations,
    close_item,
    finish,
    hand_item,
    required,
    tell_holder,
)
from vetgrid.cards.kinds import APPLICATION as ITEM
from vetgrid.cards.letters import spoken
from vetgrid.cards.models import Application, Attachment, Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.series import application_number
from vetgrid.cards.states import LIVING
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.crypto import blinds
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, ancestor
from vetgrid.files.kinds import recognised
from vetgrid.files.store import keep
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person, PersonClass
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem

PHOTO = "photo"
MAX_PAPERS = 20


@dataclass(frozen=True)
class Details:
    """What an application holds besides what the rules look at."""

    station_id: UUID
    bank: str
    speaker_id: str = ""
    visit_address: str = ""
    materials: tuple[str, ...] = ()
    note: str = ""


def facts_of(person: Person) -> rules.Facts:
    """What the file says, as the rules want it."""
    classes = PersonClass.objects.filter(person=person, known_until=None, to_on=None).values_list("code", flat=True)
    return rules.Facts(
        born_on=person.born_on.earliest if person.born_on else None,
        is_alive=person.died_on is None and person.left_on is None,
        is_veteran=person.is_veteran,
        classes=frozenset(classes),
        has_id_number=person.id_number is not None,
    )


def province_of(division: int) -> str:
    return str(ancestor(division, Level.PROVINCE))[:2]


@transaction.atomic
def apply(*, person_id: UUID, asked: rules.Asked, details: Details, by: Actor, today: date) -> Application:
    """登记申领: drafted from the file, checked by the rules, one open application a person. Raises Invalid field by field."""
    person = _person(person_id, by=by)
    held = Card.objects.filter(person=person, state__in=LIVING).first()
    if held is not None:
        raise Conflict(f"此人已有优待证({held.code}),一人只能持有一张。需要新证的,请在证卡页面办理补换。")
    _known_elsewhere(person)
    return _take_down(person, asked, details, purpose=Application.Purpose.FIRST, by=by, today=today)


@transaction.atomic
def ask_replacement(
    *, card_id: UUID, reason: str, kind: str, details: Details, by: Actor, today: date, asked: rules.Asked | None = None
) -> Application:
    """申请补换: by one of the reasons of the list; those that the bank handles are sent to the bank."""
    card = Card.objects.select_for_update(of=("self",)).filter(pk=card_id).select_related("application").first()
    if card is None:
        raise NotFound("没有找到这张证卡。它可能不在您的管辖范围内。")
    entry = next((entry for entry in policy.pipeline()["replacement"] if entry["key"] == reason), None)
    if entry is None:
        raise Invalid(fields={"reason": "请选择补换原因。"})
    if entry["where"] == "bank":
        bank = policy.labels_of("bank").get(card.bank, "制卡银行")
        raise Invalid(fields={"reason": f"“{entry['label']}”由{bank}直接换卡,请持证人带证件到银行网点办理。"})
    if reason == "lost" and card.state != "lost":
        raise Invalid(fields={"reason": "遗失补领前,请先在银行柜台正式挂失并在这里登记。"})
    if card.state not in ("issued", "paused", "lost"):
        raise Conflict("这张证卡还没有发放或已经作废,不能补换。请刷新页面查看最新情况。")
    if reason == "kind" and kind == card.kind:
        raise Invalid(fields={"kind": "请选择变更后的证件类别。"})
    if reason != "kind":
        kind = card.kind
    first = card.application
    basis = asked or rules.Asked(kind, basis=first.basis, register_province=first.register_province)
    return _take_down(
        _person(card.person_id, by=by),
        replace(basis, kind=kind),
        details,
        purpose=Application.Purpose.REPLACEMENT,
        by=by,
        today=today,
        old_card=card,
        replace_reason=reason,
    )


def _person(person_id: UUID, *, by: Actor) -> Person:
    person = Person.objects.filter(pk=person_id, merged_into=None).first()
    if person is None or not by.may(CardsPermission.APPLY, at=person.division):
        raise Invalid(fields={"person": "没有找到这个人的档案,或不在您的管辖范围内。请先完成建档立卡,再申领优待证。"})
    return person


def _known_elsewhere(person: Person) -> None:
    """Another file of the county with the same ID number: yes or no, never whose or where."""
    if person.id_number is None:
        return
    with connection.cursor() as cursor:
        found = blinds(person.id_number.reveal(), "id_number")
        cursor.execute("SELECT what, since FROM cards_known(%s, %s) LIMIT 1", [found, person.id])
        row = cursor.fetchone()
    if row is not None:
        what = "申领正在办理" if row[0] == "application" else "优待证"
        raise Conflict(f"同一身份证号在本县另一份档案下已有{what}({spoken(row[1])})。请先在“疑似重复”里合并档案。")


def _take_down(
    person: Person,
    asked: rules.Asked,
    details: Details,
    *,
    purpose: str,
    by: Actor,
    today: date,
    old_card: Card | None = None,
    replace_reason: str = "",
) -> Application:
    require(by, CardsPermission.APPLY, at=person.division)
    province, facts, known = province_of(person.division), facts_of(person), policy.identities()
    found = rules.problems(
        asked,
        facts,
        known=known,
        province=province,
        today=today,
        guardian_age=policy.pipeline()["guardian_age"],
    )
    station = next((row for row in chain_stations(person.division) if row.id == details.station_id), None)
    if station is None:
        found["station"] = "请选择本村、本镇或市级服务站受理。"
    if details.bank not in policy.labels_of("bank"):
        found["bank"] = "请选择发卡银行。"
    if asked.channel == Application.Channel.HOME_VISIT and not details.visit_address.strip():
        found["visit_address"] = "上门办理请填写上门地址。"
    if found:
        raise Invalid(fields=found)
    assert station is not None and person.id_number is not None
    one = Application(
        division=person.division,
        number=application_number(person.division, today.year),
        purpose=purpose,
        person=person,
        id_index=person.id_index,
        name=person.name,
        kind=asked.kind,
        identities=",".join(rules.identities_of(facts, known)),
        channel=asked.channel,
        basis=asked.basis,
        register_province=asked.register_province or province,
        province=province,
        bank=details.bank,
        speaker=asked.speaker,
        speaker_name=asked.speaker_name.strip()[:40],
        speaker_id=details.speaker_id.strip() or None,
        visit_reason=asked.visit_reason if asked.channel == Application.Channel.HOME_VISIT else "",
        visit_address=details.visit_address.strip()[:200],
        materials=list(details.materials),
        grounds=list(asked.grounds),
        replace_reason=replace_reason,
        old_card=old_card,
        station=station,
        stage_on=today,
        submitted_on=today,
        registered_at=now(),
        registered_by_name=by.name,
    )
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("此人已有一件申领正在办理,不能重复申请。请在“申领”列表里查看进度。") from error
    add_step(one, "apply", "", note=details.note or one.get_channel_display(), by=by, today=today)
    item = _open_item(one, station, by=by, today=today)
    values = {"number": one.number, "station": station.name, "day": spoken(item.due_on or today)}
    tell_holder("card_submitted", person, values, division=one.division, today=today)
    record(
        by,
        CardsPermission.APPLY,
        division=one.division,
        table="cards_application",
        row=one.id,
        person=person.id,
        detail={"number": one.number, "purpose": purpose},
    )
    return one


def _open_item(one: Application, station: Station, *, by: Actor, today: date) -> WorkItem:
    item = work.open_item(
        work.Opening(
            kind=ITEM.key,
            subject_id=one.id,
            title=f"{one.number} {one.name} {one.get_purpose_display()}",
            station=station,
            owner_id=by.staff_id,
            next_on=today + timedelta(days=1),
            next_step="上门核实并受理" if one.channel == "home_visit" else "审查材料和照片,决定受理",
            limit="card_accept",
        ),
        by=by,
        today=today,
    )
    return work.refresh(item)


@transaction.atomic
def set_photo(*, application_id: UUID, name: str, body: bytes, by: Actor, today: date) -> Application:
    """上传照片: the file and the picture are measured at once; what they cannot see waits for the clerk's list."""
    one = _paper_for(application_id, by=by)
    recognised(name, body)
    findings = photos.check(body)
    stored = keep(body, name=name, media_type="image/jpeg", kind="card", division=one.division, by=by, today=today)
    _attach(one, PHOTO, stored.id, name, len(body), by=by)
    one.photo, one.photo_clerk, one.is_photo_good = stored.id, [], False
    one.photo_findings = [finding.row() for finding in findings]
    one.save(update_fields=["photo", "photo_clerk", "is_photo_good", "photo_findings"])
    record(by, "cards.photo", division=one.division, table="cards_application", row=one.id, person=one.person_id)
    return one


@transaction.atomic
def check_photo(*, application_id: UUID, ticked: tuple[str, ...], by_hand: str, by: Actor, today: date) -> Application:
    """照片人工核对: every line of the clerk's list; a measured picture that failed may be passed by hand, with the reason."""
    one = _paper_for(application_id, by=by, permission=CardsPermission.ACCEPT)
    if one.photo is None:
        raise Conflict("还没有照片,请先上传。")
    bad = [row for row in one.photo_findings if not row[2]]
    of_file = [row[1] for row in bad if row[0] in ("kind", "depth", "size", "dpi", "bytes")]
    missing = [label for key, label in policy.clerk_list().items() if key not in ticked]
    if of_file:
        raise Invalid(fields={"photo": f"照片文件不合格:{'；'.join(of_file)}。请用“证件照制作”重新生成。"})
    if missing:
        raise Invalid(fields={"ticked": f"还没有确认:{'；'.join(missing)}。有一项不符合的,请退回补正重拍。"})
    if bad and not by_hand.strip():
        found = "；".join(str(row[1]) for row in bad)
        raise Invalid(fields={"by_hand": f"画面测量没有通过({found})。确认合格的请写明理由,否则请重拍。"})
    one.photo_clerk, one.is_photo_good = list(ticked), True
    one.save(update_fields=["photo_clerk", "is_photo_good"])
    add_step(one, "check_photo", one.state, note=by_hand.strip() or "照片核对合格", by=by, today=today)
    record(by, "cards.check_photo", division=one.division, table="cards_application", row=one.id, person=one.person_id)
    return one


def _paper_for(application_id: UUID, *, by: Actor, permission: CardsPermission = CardsPermission.APPLY) -> Application:
    one = (
        Application.objects.select_for_update(of=("self",)).filter(pk=application_id).select_related("station").first()
    )
    if one is None:
        raise NotFound("没有找到这件申领。它可能不在您的管辖范围内。")
    require(by, permission, at=one.division)
    if one.state not in ("submitted", "returned"):
        raise Conflict("申请已经受理,照片和材料不能再改。确需更换的,请先退回补正。")
    return one


def _attach(one: Application, material: str, file: UUID, name: str, size: int, *, by: Actor) -> Attachment:
    paper = Attachment(
        application=one,
        division=one.division,
        material=material,
        file=file,
        name=name[:200],
        size=size,
        added_by_name=by.name,
        added_at=now(),
    )
    paper.save(force_insert=True)
    return paper


@transaction.atomic
def attach(*, application_id: UUID, material: str, name: str, body: bytes, by: Actor, today: date) -> Attachment:
    """添加材料: a scan of a paper; it ticks the paper in the list."""
    one = _paper_for(application_id, by=by)
    if material not in policy.labels_of("material"):
        raise Invalid(fields={"material": "请选择材料种类。"})
    ending = recognised(name, body)
    if Attachment.objects.filter(application=one).count() >= MAX_PAPERS:
        raise Invalid(fields={"file": f"材料最多{MAX_PAPERS}个文件。"})
    media = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}.get(ending)
    if media is None:
        raise Invalid(fields={"file": "材料请上传 PDF、JPG 或 PNG。"})
    stored = keep(body, name=name, media_type=media, kind="card", division=one.division, by=by, today=today)
    if material not in one.materials:
        one.materials = [*one.materials, material]
        one.save(update_fields=["materials"])
    record(by, "cards.attach", division=one.division, table="cards_application", row=one.id, person=one.person_id)
    return _attach(one, material, stored.id, name, len(body), by=by)


@transaction.atomic
def tick_materials(*, application_id: UUID, materials: tuple[str, ...], by: Actor, today: date) -> Application:
    """核对材料: which papers were seen."""
    one = _paper_for(application_id, by=by)
    one.materials = [key for key in policy.labels_of("material") if key in materials]
    one.save(update_fields=["materials"])
    return one


@transaction.atomic
def resubmit(*, application_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Application:
    """补正后提交: the same application goes on; its history stays."""
    moving = begin(application_id, "resubmit", by=by, today=today, version=version)
    required("note", note, "请写明补正了什么。")
    hand_item(
        moving.application,
        moving.application.station,
        limit="card_accept",
        next_step="审查补正的材料和照片",
        days=1,
        reason="补正后提交",
        by=by,
        today=today,
    )
    return finish(moving, note=note.strip())


@transaction.atomic
def withdraw(*, application_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Application:
    """撤回: by the applicant's own wish."""
    moving = begin(application_id, "withdraw", by=by, today=today, version=version)
    required("note", note, "请写明撤回的原因。")
    close_item(moving.application, outcome="已撤回", by=by, today=today)
    return finish(moving, note=note.strip())


@transaction.atomic
def convert(*, application_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Application:
    """转户籍地办理: an application by residence that was refused may go to the province of the household register, with consent."""
    moving = begin(application_id, "convert", by=by, today=today, version=version)
    if moving.application.basis != Application.Basis.RESIDENCE:
        raise Conflict("只有按居住地申请的才能转户籍地办理。")
    required("note", note, "请写明本人同意的方式,例如“窗口签字同意”。")
    return finish(moving, note=note.strip())


def end(one: Application, *, note: str, by: Actor, today: date) -> None:
    """终止: the applicant died, or the card that was made for it is cancelled. Called by reactions and by the cancelling of a card."""
    moving = Moving(one, "end", one.state, by, today)
    close_item(one, outcome="已终止", by=by, today=today)
    finish(moving, note=note)
