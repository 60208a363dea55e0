"""Which: a person's own applications and cards, what an application would be drafted from, and the classes that a card stands for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vetgrid.cards import policy, rules
from vetgrid.cards.actions.acting import chain_stations, county_of
from vetgrid.cards.actions.applying import facts_of
from vetgrid.cards.kinds import APPLICATION as ITEM
from vetgrid.cards.models import Application, Card, Step
from vetgrid.cards.states import APPLICATION, LIVING
from vetgrid.core.actor import Citizen
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person, PersonClass
from vetgrid.work.models import WorkItem
from vetgrid.work.queries import clocks_of

TOLD = {
    "apply": "已申请",
    "return": "退回补正",
    "resubmit": "补正后提交",
    "accept": "已受理",
    "verify": "县级已核实",
    "return_county": "退回补正",
    "review": "县初审通过",
    "refuse": "不予通过",
    "city_pass": "市审核通过",
    "file": "省备案通过",
    "bank_pass": "银行审核通过",
    "make": "已制证",
    "return_outside": "退回补正",
    "refuse_outside": "不予通过",
    "finish": "已发证",
    "remake": "重新制证",
    "convert": "转户籍地办理",
    "withdraw": "已撤回",
    "end": "已终止",
}
"""The moves that the person is told, in his words."""
WITH_NOTE = ("return", "return_county", "return_outside", "refuse", "refuse_outside", "withdraw")
"""Moves whose note is meant for the person: what to do better, or why not."""


def own_applications(*, seen_by: Citizen) -> list[Application]:
    """The newest first."""
    rows = Application.objects.filter(person_id=seen_by.person).select_related("station")
    return list(rows.order_by("-submitted_on", "-id")[:20])


def own_application(application_id: UUID, *, seen_by: Citizen) -> Application:
    """One's own; anybody else's looks like none."""
    rows = Application.objects.filter(pk=application_id, person_id=seen_by.person)
    found = rows.select_related("station").first()
    if found is None:
        raise NotFound("没有找到这件申领。请返回“优待证”重新选择。")
    return found


def own_cards(*, seen_by: Citizen) -> list[Card]:
    rows = Card.objects.filter(person_id=seen_by.person).select_related("application")
    return list(rows.order_by("-made_on", "-id")[:10])


def own_card(card_id: UUID, *, seen_by: Citizen) -> Card:
    found = Card.objects.filter(pk=card_id, person_id=seen_by.person).first()
    if found is None:
        raise NotFound("没有找到这张优待证。请返回“优待证”重新选择。")
    return found


@dataclass(frozen=True)
class Progress:
    """Where an application stands: its way so far, until when the present step is due, how that was counted."""

    steps: list[tuple[Step, str, str]]
    due_on: date | None
    sentence: str


def progress(one: Application, *, seen_by: Citizen) -> Progress:
    """The item's place is lent for its clock, because items belong to offices."""
    rows = Step.objects.filter(application=one, move__in=TOLD).order_by("at", "id")
    steps = [(row, TOLD[row.move], row.note if row.move in WITH_NOTE else "") for row in rows]
    with lending("work", county_of(one.division)), lending("orgs", Places.chain(one.division)):
        item = WorkItem.objects.filter(kind=ITEM.key, subject_id=one.id, closed_on=None).order_by("-id").first()
        stories = clocks_of(item) if item is not None else []
    running = item is not None and one.closed_on is None
    return Progress(steps, item.due_on if item and running else None, stories[0].sentence if stories else "")


@dataclass(frozen=True)
class Draft:
    """What an application is drafted from; `why_not` says why none can be made now."""

    person: Person
    kinds: list[tuple[str, str]]
    stations: list[Station]
    papers: list[str]
    why_not: str


def draft(*, seen_by: Citizen) -> Draft:
    person = Person.objects.get(pk=seen_by.person)
    facts, known = facts_of(person), policy.identities()
    held = rules.identities_of(facts, known)
    kinds = [(entry.key, entry.label) for entry in known if entry.key in held]
    kind = held[0] if held else "veteran"
    papers = policy.materials_for(kind=kind, speaker=speaker_of(seen_by))
    return Draft(person, kinds, chain_stations(person.division), list(papers.values()), _why_not(person, facts))


def _why_not(person: Person, facts: rules.Facts) -> str:
    if Application.objects.filter(person=person, closed_on=None).exists():
        return "您有一件申领正在办理,请在下面查看进度。"
    if Card.objects.filter(person=person, state__in=LIVING).exists():
        return "您已有优待证,一人只能持有一张。丢失、损坏请先报失或到服务站补换。"
    if not facts.has_id_number:
        return "您的档案里没有身份证号,暂时不能申领。请带身份证到服务站补齐,或请联系人帮忙。"
    if not rules.identities_of(facts, policy.identities()):
        return "您的档案里没有退役军人或“三属”身份,暂时不能申领。如有疑问,请联系服务站。"
    return ""


def speaker_of(by: Citizen) -> str:
    """A relative with a recorded authority is a proxy; a clerk who only types is not."""
    return Application.Speaker.PROXY if by.helper and by.authority_id is not None else Application.Speaker.SELF


def state_label(one: Application) -> str:
    return APPLICATION.label(one.state)


def classes_by_card(person: Person, on: date) -> frozenset[str] | None:
    """For offers: an issued card keeps the classes for which it was given until it ends; None after disqualification.

    The classes are those that the file ever held for the card's identities, because a card outlives a class that ended.
    """
    cards = Card.objects.filter(person_id=person.id, issued_on__lte=on).select_related("application")
    rows = sorted(cards, key=lambda card: (card.state in LIVING, card.issued_on or on), reverse=True)
    if not rows:
        return frozenset()
    if rows[0].state not in LIVING:
        return None if rows[0].end_reason == "disqualified" else frozenset()
    ever = set(PersonClass.objects.filter(person=person, known_until=None).values_list("code", flat=True))
    found: set[str] = set()
    for identity in policy.identities():
        if identity.key in rows[0].application.identities.split(","):
            of_it = ever & identity.classes
            found |= of_it or ({"70"} if identity.counts_veterans else set())
    return frozenset(found)
