"""Notice and consent: a statutory duty needs notice (个人信息保护法 第三十五条), everything else separate consent."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.registry.actions.finding import locked_person
from vetgrid.registry.models import Consent, NoticeGiven, PrivacyNotice
from vetgrid.registry.permissions import RegistryPermission


@transaction.atomic
def give_notice(*, person_id: UUID, way: str, by: Actor, today: date) -> NoticeGiven:
    """登记告知: the person was told the text in force today."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    _check_way(way)
    notice = PrivacyNotice.objects.filter(valid_from__lte=today).order_by("-valid_from").first()
    if notice is None:
        raise NotFound("还没有生效的告知书,请系统管理员先发布。")
    given = NoticeGiven(
        person=person,
        division=person.division,
        notice=notice,
        given_on=today,
        way=way,
        given_by=by.id,
        given_by_name=by.name,
    )
    given.save(force_insert=True)
    record(
        by,
        "registry.give_notice",
        division=person.division,
        table="registry_noticegiven",
        row=given.id,
        person=person.id,
    )
    return given


@transaction.atomic
def give_consent(*, person_id: UUID, purpose: str, way: str, by: Actor, today: date) -> Consent:
    """登记同意: for one purpose."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    _check_way(way)
    if purpose not in codes("consent_purpose"):
        raise Invalid(fields={"purpose": "请选择同意事项。"})
    if Consent.objects.filter(person=person, purpose=purpose, withdrawn_on=None).exists():
        raise Conflict("这一事项已有有效的同意,不需要重复登记。")
    consent = Consent(
        person=person, division=person.division, purpose=purpose, given_on=today, way=way, recorded_by=by.id
    )
    consent.save(force_insert=True)
    record(
        by,
        "registry.give_consent",
        division=person.division,
        table="registry_consent",
        row=consent.id,
        person=person.id,
    )
    return consent


@transaction.atomic
def withdraw_consent(*, person_id: UUID, consent_id: UUID, by: Actor, today: date) -> Consent:
    """撤回同意: one click, no reason asked."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    consent = Consent.objects.select_for_update().filter(pk=consent_id, person=person, withdrawn_on=None).first()
    if consent is None:
        raise NotFound()
    consent.withdrawn_on, consent.withdrawn_by = today, by.id
    consent.save(update_fields=["withdrawn_on", "withdrawn_by"])
    record(
        by,
        "registry.withdraw_consent",
        division=person.division,
        table="registry_consent",
        row=consent.id,
        person=person.id,
    )
    return consent


def _check_way(way: str) -> None:
    if way not in codes("notice_way"):
        raise Invalid(fields={"way": "请选择告知或同意的方式。"})
