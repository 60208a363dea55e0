"""Suspected duplicates are found in batches, set-based inside a place, and dismissed by a person with a reason."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.ids import new_id
from vetgrid.core.places import interval
from vetgrid.registry import rules
from vetgrid.registry.actions.finding import locked
from vetgrid.registry.models import Duplicate, Person
from vetgrid.registry.permissions import RegistryPermission

Pair = tuple[UUID, int, UUID, int, str]

_LIVE = "p.merged_into_id IS NULL AND p.division BETWEEN %(low)s AND %(high)s"
_OTHER = "q.merged_into_id IS NULL AND q.division BETWEEN %(low)s AND %(high)s AND q.id > p.id"
_QUESTIONS = (  # built from our own constants only; places are parameters
    (
        "same_id",
        f"SELECT p.id, p.division, q.id, q.division FROM registry_person p JOIN registry_person q"
        f" ON q.id_index = p.id_index WHERE {_LIVE} AND {_OTHER}",
    ),
    (
        "same_name_and_birth",
        f"SELECT p.id, p.division, q.id, q.division FROM registry_person p JOIN registry_person q ON q.name = p.name AND q.born_on = p.born_on"
        f" WHERE {_LIVE} AND {_OTHER} AND q.id_index IS DISTINCT FROM p.id_index",
    ),
    (
        "similar_name",
        f"SELECT p.id, p.division, q.id, q.division FROM registry_person p JOIN registry_person q ON q.name_pinyin = p.name_pinyin"
        f" AND q.born_on = p.born_on WHERE {_LIVE} AND {_OTHER} AND q.name <> p.name AND q.division = p.division",
    ),
)


@transaction.atomic
def find_duplicates(*, division: int, by: Actor, today: date) -> int:
    """查找疑似重复: in the whole place; returns how many new pairs were found. Pairs already decided do not come back."""
    require(by, RegistryPermission.MERGE, at=division)
    low, high = interval(division)
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    with connection.cursor() as cursor:
        for reason, question in _QUESTIONS:
            cursor.execute(question, {"low": low, "high": high})
            for first, first_place, second, second_place in cursor.fetchall():
                pairs.setdefault((first, second), (first, first_place, second, second_place, reason))
    for found in _one_digit_off(low, high):
        pairs.setdefault((found[0], found[2]), found)
    rows = [
        Duplicate(
            id=new_id(),
            person_id=a,
            division=a_place,
            other_id=b,
            other_division=b_place,
            reason=reason,
            found_at=now(),
        )
        for a, a_place, b, b_place, reason in pairs.values()
    ]
    before = Duplicate.objects.count()
    Duplicate.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    added = Duplicate.objects.count() - before
    record(by, "registry.find_duplicates", division=division, detail={"pairs": added})
    return added


def _one_digit_off(low: int, high: int) -> list[Pair]:
    """ID numbers that differ by a slip, among people of the same name: the index is blind, so they are opened here."""
    by_name: dict[str, list[Person]] = {}
    people = Person.objects.filter(division__gte=low, division__lte=high, merged_into=None, id_index__isnull=False)
    for person in people.only("id", "division", "name", "id_number").order_by("id").iterator(chunk_size=5000):
        by_name.setdefault(person.name, []).append(person)
    found: list[Pair] = []
    for same in by_name.values():
        opened = [(person, person.id_number.reveal()) for person in same] if len(same) > 1 else []
        for at, (one, text) in enumerate(opened):
            found += [
                (one.id, one.division, other.id, other.division, "id_one_digit")
                for other, other_text in opened[at + 1 :]
                if rules.is_id_one_digit_off(text, other_text)
            ]
    return found


@transaction.atomic
def dismiss_duplicate(*, duplicate_id: UUID, note: str, by: Actor, today: date) -> Duplicate:
    """不是同一人: the pair will not be offered again."""
    pair = locked(Duplicate, duplicate_id)
    require(by, RegistryPermission.MERGE, at=pair.division)
    if pair.state != Duplicate.State.OPEN:
        raise Conflict("这一对已经处理过了,请刷新列表。")
    if not note.strip():
        raise Invalid(fields={"note": "请写明依据,例如“出生地不同,已核对户口簿”。"})
    pair.state, pair.note = Duplicate.State.DISMISSED, note.strip()
    pair.decided_by, pair.decided_at = by.id, now()
    pair.save(update_fields=["state", "note", "decided_by", "decided_at"])
    record(
        by,
        RegistryPermission.MERGE,
        division=pair.division,
        table="registry_duplicate",
        row=pair.id,
        person=pair.person_id,
        reason=note,
    )
    return pair
