"""Which: one's own sessions, bindings, authorities and campaigns; and, for clerks, those of their places."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from vetgrid.citizens.models import (
    Account,
    AssistedAct,
    Authority,
    Binding,
    BindingRequest,
    Campaign,
    CitizenSession,
    Reply,
)
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.asking import Question, answer
from vetgrid.core.errors import NotFound
from vetgrid.core.figures import Value, percent
from vetgrid.core.places import NATION, Level, Places, ancestor, full_code
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Division, Station
from vetgrid.registry.models import Person


@cache
def privacy_texts() -> dict[str, Any]:
    """Guide, agreement and purposes as published."""
    return tomllib.loads((settings.DATA / "privacy.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class ActsFor:
    """A person for whom the account may act today."""

    person_id: UUID
    name: str
    relation: str
    until: date


_ACCOUNT = Question[Account](lambda who: Account.objects.filter(pk=who))
_CAMPAIGNS = Question[Campaign](
    lambda on, county, town, village: Campaign.objects.filter(
        state=Campaign.State.OPEN, opens_on__lte=on, closes_on__gte=on, division__in=[county, town, village]
    ).order_by("closes_on", "id")
)
_REPLIES = Question[Reply](lambda who: Reply.objects.filter(person_id=who))
_IS_VETERAN = Question[bool](lambda who: Person.objects.filter(pk=who).values_list("is_veteran", flat=True))


def account_of(*, seen_by: Citizen) -> Account:
    return _ACCOUNT.rows(who=seen_by.id)[0]


def acts_for(*, seen_by: Citizen, today: date) -> list[ActsFor]:
    text = "SELECT person_id, name, relation, until FROM citizens_acts_for(%s, %s)"
    return [ActsFor(*row) for row in answer(text, [seen_by.id, today])]


def my_sessions(*, seen_by: Citizen) -> QuerySet[CitizenSession]:
    return CitizenSession.objects.filter(account_id=seen_by.id, ended_at=None).order_by("-last_seen_at")


def my_request(*, seen_by: Citizen) -> BindingRequest | None:
    """The account's latest binding request."""
    with lending("citizens", Places.of([NATION])):
        return BindingRequest.objects.filter(account_id=seen_by.id).order_by("-asked_at").first()


def county_station() -> dict[str, str] | None:
    """The centre of the county: the one place that tells an applicant nothing about whether a file exists."""
    found = Station.objects.filter(division=full_code(settings.INSTANCE.county), closed_on=None).first()
    return {key: getattr(found, key) for key in ("name", "address", "phone", "hours")} if found else None


def my_authorities(*, seen_by: Citizen) -> QuerySet[Authority]:
    return Authority.objects.filter(person_id=seen_by.person).order_by("revoked_at", "-recorded_at")


def my_assisted_acts(*, seen_by: Citizen) -> QuerySet[AssistedAct]:
    return AssistedAct.objects.filter(person_id=seen_by.person).order_by("-at")


def my_campaigns(*, seen_by: Citizen, today: date) -> list[tuple[Campaign, Reply | None]]:
    """Campaigns open today where the person lives, each with the person's own reply."""
    county, town, village = _chain(seen_by.division)
    found = _CAMPAIGNS.rows(on=today, county=county, town=town, village=village)
    if any(row.veterans_only for row in found) and not any(_IS_VETERAN.rows(who=seen_by.person)):
        found = [row for row in found if not row.veterans_only]
    replies = {reply.campaign_id: reply for reply in _REPLIES.rows(who=seen_by.person)} if found else {}
    return [(row, replies.get(row.id)) for row in found]


def my_campaign(campaign_id: UUID, *, seen_by: Citizen) -> tuple[Campaign, Reply | None]:
    """One campaign of the person's place, closed ones included, with the reply."""
    found = (
        Campaign.objects.filter(pk=campaign_id, division__in=_chain(seen_by.division)).exclude(state="draft").first()
    )
    if found is None:
        raise NotFound("没有找到这次信息采集。它可能已经结束。")
    return found, Reply.objects.filter(campaign=found, person_id=seen_by.person).first()


def _chain(division: int) -> list[int]:
    return [ancestor(division, level) for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE)]


def requests(*, state: str = "open", seen_by: Actor) -> QuerySet[BindingRequest]:
    """绑定申请 of the viewer's places, the oldest first."""
    rows = within(BindingRequest.objects.all(), seen_by.places(CitizensPermission.BIND))
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("person").order_by("asked_at", "id")


def request(request_id: UUID, *, seen_by: Actor) -> BindingRequest:
    found = requests(state="", seen_by=seen_by).filter(pk=request_id).first()
    if found is None:
        raise NotFound("没有找到这份绑定申请。它可能不在您的管辖范围内。")
    return found


def bindings(*, text: str = "", seen_by: Actor) -> QuerySet[Binding]:
    """Open bindings of the viewer's places, the newest first."""
    rows = within(Binding.objects.filter(ended_at=None), seen_by.places(CitizensPermission.READ))
    if text.strip():
        rows = rows.filter(person__name__contains=text.strip())
    return rows.select_related("person").order_by("-bound_at", "-id")


def binding(binding_id: UUID, *, seen_by: Actor) -> Binding:
    found = bindings(seen_by=seen_by).filter(pk=binding_id).first()
    if found is None:
        raise NotFound("没有找到这条绑定,它可能已经解除。")
    return found


def authorities(
    *, person_id: UUID | None = None, is_in_force: bool = True, today: date, seen_by: Actor
) -> QuerySet[Authority]:
    rows = within(Authority.objects.all(), seen_by.places(CitizensPermission.READ))
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if is_in_force:
        rows = rows.filter(revoked_at=None, to_on__gt=today)
    return rows.select_related("person").order_by("to_on", "id")


def authority(authority_id: UUID, *, seen_by: Actor) -> Authority:
    rows = within(Authority.objects.all(), seen_by.places(CitizensPermission.READ))
    found = rows.filter(pk=authority_id).select_related("person").first()
    if found is None:
        raise NotFound("没有找到这条授权。它可能不在您的管辖范围内。")
    return found


def assisted_acts(*, person_id: UUID, seen_by: Actor) -> QuerySet[AssistedAct]:
    rows = within(AssistedAct.objects.filter(person_id=person_id), seen_by.places(CitizensPermission.READ))
    return rows.order_by("-at")


def campaigns(*, state: str = "", seen_by: Actor) -> QuerySet[Campaign]:
    """Campaigns of the viewer's places and of the places above, with the replies that the viewer may count."""
    places = seen_by.places(CitizensPermission.READ)
    rows = within(Campaign.objects.all(), places)
    if state:
        rows = rows.filter(state=state)
    inside = Q(replies__division__gte=places.low, replies__division__lte=places.high)
    return rows.annotate(
        sent=Count("replies", filter=inside & Q(replies__state="sent")),
        drafts=Count("replies", filter=inside & Q(replies__state="draft")),
    ).order_by("-opens_on", "-id")


def campaign(campaign_id: UUID, *, seen_by: Actor) -> Campaign:
    found = campaigns(seen_by=seen_by).filter(pk=campaign_id).first()
    if found is None:
        raise NotFound("没有找到这次信息采集。它可能不在您的管辖范围内。")
    return found


def replies(one: Campaign, *, seen_by: Actor) -> QuerySet[Reply]:
    """Sent replies to a campaign within the viewer's places."""
    rows = within(Reply.objects.filter(campaign=one, state="sent"), seen_by.places(CitizensPermission.READ))
    return rows.select_related("person").order_by("division", "sent_at", "id")


@dataclass(frozen=True)
class Covered:
    """One line of the board: a place, its living veterans, and how many have a bound account."""

    name: str
    veterans: int
    bound: int

    @property
    def missing(self) -> int:
        return self.veterans - self.bound

    @property
    def rate(self) -> Value:
        return percent(self.bound, self.veterans)


def board(*, seen_by: Actor) -> list[Covered]:
    """The viewer's own place first, then the places below it; one question for all."""
    places = seen_by.places(CitizensPermission.READ)
    living = within(Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None), places)
    is_bound = Exists(Binding.objects.filter(person=OuterRef("pk"), ended_at=None))
    found = living.values("division").annotate(all=Count("id"), bound=Count("id", filter=is_bound))
    counts = {row["division"]: (row["all"], row["bound"]) for row in found}
    own = Division.objects.filter(pk=places.low).first()
    children = within(Division.objects.filter(parent=places.low, closed_on=None), places, column="code").order_by(
        "code"
    )
    lines = [_covered(own.name if own else "辖区", list(counts.values()))]
    return lines + [
        _covered(child.name, [pair for code, pair in counts.items() if code in Places.of([child.code])])
        for child in children
    ]


def _covered(name: str, pairs: list[tuple[int, int]]) -> Covered:
    return Covered(name, sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))
