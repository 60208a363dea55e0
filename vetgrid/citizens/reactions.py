"""When a person dies or two files become one, bindings and authorities follow; who is bound with WeChat is told there too."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.utils import timezone

from vetgrid.citizens.actions.signing_in import EVERYWHERE
from vetgrid.citizens.models import Authority, Binding, CitizenSession
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import Sealed
from vetgrid.core.events import subscribe
from vetgrid.core.scope import lending
from vetgrid.notices.actions import tell
from vetgrid.notices.events import PersonsTold
from vetgrid.notices.models import Notice
from vetgrid.registry.events import PersonDied, PersonMerged


def end_binding(event: PersonDied, *, by: Actor, today: date) -> None:
    """A dead person's phone opens nothing any more, and nobody acts for him."""
    _end(event.person_id, "本人去世")


def follow_merge(event: PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file keeps its binding; without one it takes over that of the absorbed file."""
    with lending("citizens", EVERYWHERE):
        is_kept_bound = Binding.objects.filter(person_id=event.kept_id, ended_at=None).exists()
        rows = Binding.objects.filter(person_id=event.absorbed_id, ended_at=None)
        if is_kept_bound:
            _end(event.absorbed_id, "档案合并")
        else:
            rows.update(person_id=event.kept_id, division=event.division)


def _end(person_id: UUID, reason: str) -> None:
    moment = timezone.now()
    with lending("citizens", EVERYWHERE):
        rows = Binding.objects.filter(person_id=person_id, ended_at=None)
        CitizenSession.objects.filter(account__bindings__in=rows, ended_at=None).update(
            ended_at=moment, end_reason="unbound"
        )
        rows.update(ended_at=moment, end_reason=reason)
        Authority.objects.filter(person_id=person_id, revoked_at=None).update(revoked_at=moment, revoked_by_name=reason)


def tell_by_wechat(event: PersonsTold, *, by: Actor, today: date) -> None:
    """Whoever is bound with a WeChat account is told there too, where to look; the text itself stays in the mini-program."""
    wanted = {message.person_id for message in event.messages if message.person_id is not None}
    with lending("citizens", EVERYWHERE):
        rows = Binding.objects.filter(person_id__in=wanted, ended_at=None, account__openid__isnull=False)
        known = {row.person_id: row.account.openid for row in rows.select_related("account")}
    messages = [
        replace(
            message,
            channel=Notice.Channel.WECHAT,
            address=Sealed.of(known[message.person_id].reveal(), "phone"),
            dedupe=f"wechat:{message.dedupe}"[:120] if message.dedupe else None,
        )
        for message in event.messages
        if message.person_id in known
    ]
    tell(messages, today=today)


def subscribe_all() -> None:
    subscribe(PersonsTold, tell_by_wechat)
    subscribe(PersonDied, end_binding)
    subscribe(PersonMerged, follow_merge)
