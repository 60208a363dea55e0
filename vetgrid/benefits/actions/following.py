"""Do: follow findings up: missing papers, a pre-filled application, an item for the contact, a message to the person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from vetgrid.benefits.actions.applying import Wanted, prefilled
from vetgrid.benefits.handling import evidence
from vetgrid.benefits.kinds import FINDING
from vetgrid.benefits.models import Application, Finding
from vetgrid.benefits.series import numbers
from vetgrid.benefits.sources import book
from vetgrid.benefits.telling import Task, answering, contacts_of, hand_to_contact, letter, stations
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert, update
from vetgrid.core.places import Places
from vetgrid.core.ruling.months import label
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Station
from vetgrid.registry.models import BankAccount, Disability, Person, Residence, Service

_DO = {
    "missing": ("可享{programme}而未享", "联系本人,收齐材料,提交申请"),
    "undue": ("正在领取{programme}但不符合条件", "核实情况,停发或更正事实"),
    "soon": ("{month}起可享{programme}", "提前联系本人,准备材料"),
}


def follow_up(finding_ids: Iterable[UUID], *, county: int, by: Actor, today: date) -> int:
    """For findings that are new; returns how many got an item. Called in a scope that reaches the county."""
    findings = list(Finding.objects.filter(pk__in=list(finding_ids)).order_by("division", "person_id", "programme"))
    if not findings:
        return 0
    places = Places.of([county])
    people = _people([finding.person_id for finding in findings])
    every, contacts = stations(places), contacts_of(list(people), places=places)
    at = {division: answering(division, every) for division in {finding.division for finding in findings}}
    for finding in findings:
        finding.papers = missing_papers(finding.programme, people[finding.person_id][1], on=today)
        _open_item(finding, people[finding.person_id][0], at, contacts, by=by, today=today)
    update(findings, ["papers", "item_id"])
    _prefill(findings, people, by=by, today=today)
    tell(
        [
            message
            for finding in findings
            if finding.kind != "undue"
            for message in _message(finding, people[finding.person_id][0])
        ],
        today=today,
    )
    return sum(finding.item_id is not None for finding in findings)


def _people(ids: Iterable[UUID]) -> dict[UUID, tuple[Person, frozenset[str]]]:
    """The persons with the kinds of papers that the registry knows of."""
    here = {"person": OuterRef("pk"), "known_until": None}
    rows = Person.objects.filter(pk__in=set(ids)).annotate(
        has_bank=Exists(BankAccount.objects.filter(**here)),
        has_service=Exists(Service.objects.filter(**here).exclude(certificate_no="")),
        has_disability=Exists(Disability.objects.filter(**here).exclude(certificate_no="")),
        has_register=Exists(Residence.objects.filter(**here).exclude(register_address="")),
    )
    found: dict[UUID, tuple[Person, frozenset[str]]] = {}
    for row in rows:
        flags = {
            "bank": row.has_bank,
            "discharge_paper": row.has_service,
            "disability_paper": row.has_disability,
            "register": row.has_register,
            "id_number": bool(row.id_number),
        }
        found[row.id] = (row, frozenset(key for key, is_there in flags.items() if is_there))
    return found


def missing_papers(programme: str, there: frozenset[str], *, on: date) -> list[str]:
    """The papers of a programme that the platform has no record of."""
    known = evidence(on=on)
    return [paper for paper in book().programmes[programme].papers if known.get(paper) not in there]


def _open_item(
    finding: Finding,
    person: Person,
    at: Mapping[int, Station | None],
    contacts: Mapping[UUID, tuple[UUID | None, UUID | None]],
    *,
    by: Actor,
    today: date,
) -> None:
    station = at[finding.division]
    if station is None:
        return
    title, step = _DO[finding.kind]
    text = title.format(programme=book().programmes[finding.programme].label, month=label(finding.soon_month or 0))
    task = Task(FINDING.key, finding.id, f"{person.name}:{text}", step)
    contact = contacts.get(finding.person_id, (None, None))
    item = hand_to_contact(task, division=finding.division, station=station, contact=contact, by=by, today=today)
    finding.item_id = item.id


def _prefill(
    findings: Sequence[Finding], people: Mapping[UUID, tuple[Person, frozenset[str]]], *, by: Actor, today: date
) -> None:
    """An application in draft for each who is entitled, unless one is under way."""
    wanted = [finding for finding in findings if finding.kind in ("missing", "soon")]
    open_ones = set(
        Application.objects.filter(
            person_id__in=[finding.person_id for finding in wanted], state__in=("draft", "submitted")
        ).values_list("person_id", "programme")
    )
    wanted = [finding for finding in wanted if (finding.person_id, finding.programme) not in open_ones]
    if not wanted:
        return
    given = numbers(wanted[0].division, "application", today.year, len(wanted))
    rows = []
    for finding, number in zip(wanted, given, strict=True):
        person, there = people[finding.person_id]
        programme = book().programmes[finding.programme]
        at_hand = tuple(set(programme.papers) - set(missing_papers(programme.key, there, on=today)))
        asked = Wanted(programme.key, finding.soon_month or finding.month, "finding", at_hand, "平台发现,已预填。")
        rows.append(prefilled(person, programme, asked, number=number, by=by, today=today, finding_id=finding.id))
    insert(rows)


def _message(finding: Finding, person: Person) -> list[Message]:
    programme = book().programmes[finding.programme].label
    template = "benefit_found" if finding.kind == "missing" else "benefit_soon"
    papers = "、".join(finding.papers) or "无需再补材料"
    values = {"programme": programme, "papers": papers, "month": label(finding.soon_month or finding.month)}
    return letter(person, template, values, dedupe=f"finding-{finding.id}")
