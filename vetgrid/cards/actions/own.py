"""Do: a person applies for the card himself at the mini-program, sends the photograph, and reports a loss: the moves of the counter."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.cards import photos, rules
from vetgrid.cards.actions import applying, holding
from vetgrid.cards.models import Application, Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.queries.own import own_application, own_card, speaker_of
from vetgrid.core.actor import Citizen
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.scope import entrusted
from vetgrid.files.store import content
from vetgrid.registry.permissions import RegistryPermission

_MAY = (CardsPermission.READ, CardsPermission.APPLY, RegistryPermission.READ)


@dataclass(frozen=True)
class Wish:
    """What the person chooses and states; everything else comes from the file."""

    kind: str
    bank: str
    station_id: UUID
    register_province: str = ""
    is_guardian: bool = False
    lacks_capacity: bool = False
    has_card_elsewhere: bool = False


@transaction.atomic
def apply_own(*, wish: Wish, upload_id: UUID | None, by: Citizen, today: date) -> Application:
    """本人申领: at a station of the person's own; a relative with an authority is written down as proxy or guardian."""
    speaker = speaker_of(by)
    if wish.is_guardian and speaker == Application.Speaker.PROXY:
        speaker = Application.Speaker.GUARDIAN
    province = wish.register_province.strip()
    with entrusted(by, *_MAY, at=by.division) as lent:
        asked = rules.Asked(
            wish.kind,
            basis="residence" if province not in ("", applying.province_of(by.division)) else "register",
            register_province=province,
            speaker=speaker,
            speaker_name=by.helper if speaker != Application.Speaker.SELF else "",
            lacks_capacity=wish.lacks_capacity,
            has_card_elsewhere=wish.has_card_elsewhere,
            channel=Application.Channel.MINI_PROGRAM,
        )
        details = applying.Details(station_id=wish.station_id, bank=wish.bank)
        one = applying.apply(person_id=by.person, asked=asked, details=details, by=lent, today=today)
        return _photograph(one, upload_id, by=lent, today=today) if upload_id else one


@transaction.atomic
def photograph_own(*, application_id: UUID, upload_id: UUID, by: Citizen, today: date) -> Application:
    """上传或重拍照片: a phone's photograph is cut and scaled as the help page does it, then measured."""
    one = own_application(application_id, seen_by=by)
    with entrusted(by, *_MAY, at=one.division) as lent:
        return _photograph(one, upload_id, by=lent, today=today)


def _photograph(one: Application, upload_id: UUID, *, by: Citizen, today: date) -> Application:
    stored, body = content(upload_id)
    if stored.owner != by.id:
        raise Invalid(fields={"upload_id": "照片已失效,请重新上传。"})
    made = photos.made_from(body)
    return applying.set_photo(application_id=one.id, name="photo.jpg", body=made.body, by=by, today=today)


@transaction.atomic
def resubmit_own(*, application_id: UUID, note: str, by: Citizen, today: date) -> Application:
    """补正后提交."""
    one = own_application(application_id, seen_by=by)
    with entrusted(by, *_MAY, at=one.division) as lent:
        return applying.resubmit(application_id=one.id, note=note.strip() or "本人已补正", by=lent, today=today)


@transaction.atomic
def withdraw_own(*, application_id: UUID, reason: str, by: Citizen, today: date) -> Application:
    """撤回申领."""
    one = own_application(application_id, seen_by=by)
    with entrusted(by, *_MAY, at=one.division) as lent:
        return applying.withdraw(application_id=one.id, note=reason.strip() or "本人撤回", by=lent, today=today)


@transaction.atomic
def report_loss(*, card_id: UUID, by: Citizen, today: date) -> Card:
    """报失: a temporary loss, which ends by itself; the formal one is the bank's. Said twice it is the same."""
    card = own_card(card_id, seen_by=by)
    if card.state == "paused":
        return card
    if card.state != "issued":
        raise Conflict("这张优待证现在不能报失:还没有发放、已经挂失或已经作废。请联系服务站。")
    with entrusted(by, *_MAY, at=card.division) as lent:
        return holding.pause(card_id=card.id, on=today, by=lent, today=today)


@transaction.atomic
def found_again(*, card_id: UUID, by: Citizen, today: date) -> Card:
    """找到了: the temporary loss is lifted."""
    card = own_card(card_id, seen_by=by)
    if card.state != "paused":
        raise Conflict("这张优待证没有在临时挂失。正式挂失的,请到原挂失的银行和服务站撤销。")
    with entrusted(by, *_MAY, at=card.division) as lent:
        return holding.lapse(card_id=card.id, by=lent, today=today)
