"""Which appeals: the lists, one with all its parts, similar ones, and those of one person across stations."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from vetgrid.appeals import rules
from vetgrid.appeals.models import Appeal, Attachment, JointPart, Letter, Link, Representative, Step
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.states import APPEAL
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Move
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.orgs.names import names_of

LIKE = 0.18
"""From this share of common word pairs on, two texts are offered as similar; below it they are only neighbours by chance."""
SHOWN = 8


@dataclass(frozen=True)
class AppealFilter:
    """What the list asks. `where` is 'here' (handled in my places) or 'from' (registered there, wherever it is now)."""

    where: str = "here"
    state: str = ""
    category: str = ""
    channel: str = ""
    text: str = ""
    division: int | None = None
    is_open: bool = False
    is_supervised: bool = False


def appeals(asked: AppealFilter, *, seen_by: Actor) -> QuerySet[Appeal]:
    """Newest first."""
    column = "origin" if asked.where == "from" else "division"
    rows = within(Appeal.objects.all(), seen_by.places(AppealsPermission.READ), column=column)
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]), column=column)
    for key in ("state", "category", "channel"):
        value = getattr(asked, key)
        if value:
            rows = rows.filter(**{key: value})
    if asked.is_open:
        rows = rows.filter(closed_on=None)
    if asked.is_supervised:
        rows = rows.filter(is_supervised=True)
    if asked.text.strip():
        text = asked.text.strip()
        rows = rows.filter(Q(number=text) | Q(title__contains=text) | Q(applicant=text) | Q(source_number=text))
    return rows.select_related("station").order_by("-received_on", "-id")


def appeal(appeal_id: UUID, *, seen_by: Actor) -> Appeal:
    """One appeal that is, or was registered, or is shared within the viewer's reach."""
    places = seen_by.places(AppealsPermission.READ)
    rows = Appeal.objects.filter(pk=appeal_id).select_related("station", "origin_station", "person", "leader", "sender")
    found = rows.first() if places else None
    if found is None:
        raise NotFound("没有找到这件诉求。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def moves_for(one: Appeal, *, seen_by: Actor) -> list[Move]:
    """The moves that the state allows and the viewer may make."""
    found = []
    for move in APPEAL.possible(one.state):
        place = one.division
        if move.key in ("agree", "insist") and one.sender is not None:
            place = one.sender.division
        if move.key in ("extend", "decline_extension") and one.extension_asked_by is None:
            continue
        if move.key == "ask_extension" and one.extension_asked_by is not None:
            continue
        if seen_by.may(move.permission, at=place):
            found.append(move)
    return found


@dataclass(frozen=True)
class Whole:
    """Everything that belongs to one appeal."""

    steps: list[Step]
    letters: list[Letter]
    links: list[Link]
    parts: list[JointPart]
    representatives: list[Representative]
    attachments: list[Attachment]


def whole(one: Appeal) -> Whole:
    """Called with an appeal that the viewer was allowed to see; the database scopes the parts through it."""
    with lending("orgs", Places.of([0])):
        steps = list(Step.objects.filter(appeal=one).select_related("station").order_by("-at", "-id"))
        parts = list(JointPart.objects.filter(appeal=one).select_related("station").order_by("done_on", "id"))
    return Whole(
        steps=steps,
        letters=list(Letter.objects.filter(appeal=one).order_by("-dated_on", "-id")),
        links=list(Link.objects.filter(appeal=one, unlinked_at=None).order_by("-linked_at")),
        parts=parts,
        representatives=list(Representative.objects.filter(appeal=one).order_by("position")),
        attachments=list(Attachment.objects.filter(appeal=one, removed_at=None).order_by("added_at")),
    )


def letter(letter_id: UUID, *, seen_by: Actor) -> Letter:
    found = Letter.objects.filter(pk=letter_id).select_related("appeal").first()
    if found is None or not seen_by.may(AppealsPermission.READ):
        raise NotFound("没有找到这份文书。")
    return found


@dataclass(frozen=True)
class Known:
    """An earlier matter as anyone who registers may see it; `title` and `url` only when it lies within reach."""

    id: UUID
    number: str
    place: str
    received_on: date
    category: str
    state: str
    title: str = ""
    url: str = ""
    likeness: int = 0
    promise: str = ""
    promised_on: date | None = None
    promise_kept_on: date | None = None

    @property
    def is_broken(self) -> bool:
        return bool(self.promise) and self.promise_kept_on is None


def of_person(person_id: UUID) -> list[Known]:
    """The person's matters at all stations and in all years, promises included; the database asks who may read the file."""
    columns = "id, number, division, received_on, category, state, promise, promised_on, promise_kept_on"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM appeals_of_person(%s)", [person_id])  # noqa: S608  # columns are constants
        found = cursor.fetchall()
    mine = {row.id: row for row in Appeal.objects.filter(pk__in=[entry[0] for entry in found])}
    names = names_of(entry[2] for entry in found)
    return [
        Known(
            id=key,
            number=number,
            place=names.get(division, ""),
            received_on=received_on,
            category=codes("appeal_category").label(category),
            state=APPEAL.label(state),
            title=mine[key].title if key in mine else "",
            url=f"/appeals/{key}" if key in mine else "",
            promise=promise,
            promised_on=promised_on,
            promise_kept_on=promise_kept_on,
        )
        for key, number, division, received_on, category, state, promise, promised_on, promise_kept_on in found
    ]


def similar(text: str, *, but: UUID | None = None) -> list[Known]:
    """Similar matters across stations and years, the most alike first; those out of reach without title and name."""
    wanted = sorted(set(rules.bands(text)))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, division, received_on, category, state, shared FROM appeals_similar(%s, %s)",
            [wanted, but],
        )
        found = cursor.fetchall()
    near = {row.id: row for row in Appeal.objects.filter(pk__in=[entry[0] for entry in found])}
    names = names_of(entry[2] for entry in found)
    known = []
    for key, number, division, received_on, category, state, shared in found:
        row = near.get(key)
        # Within reach the texts are compared; elsewhere the number of common fingerprints stands for it.
        share = (
            rules.likeness(text, row.title + (row.text.reveal() if row.text else "")) if row else (shared / 12) ** 0.5
        )
        if share >= LIKE:
            known.append(
                Known(
                    id=key,
                    number=number,
                    place=names.get(division, ""),
                    received_on=received_on,
                    category=codes("appeal_category").label(category),
                    state=APPEAL.label(state),
                    title=row.title if row else "",
                    url=f"/appeals/{key}" if row else "",
                    likeness=round(share * 100),
                )
            )
    return sorted(known, key=lambda entry: (-entry.likeness, entry.received_on), reverse=False)[:SHOWN]


def stations_for(*, seen_by: Actor) -> list[Station]:
    """Open stations at which the viewer may register; their own first."""
    rows = Station.objects.filter(closed_on=None)
    return list(within(rows, seen_by.places(AppealsPermission.REGISTER)).order_by("division", "kind", "id"))


def every_station() -> list[Station]:
    """All open stations of the county, for transfers: names of stations are public."""
    with lending("orgs", Places.of([0])):
        return list(Station.objects.filter(closed_on=None).order_by("division", "kind", "id"))


def attachment(attachment_id: UUID) -> Attachment:
    found = Attachment.objects.filter(pk=attachment_id, removed_at=None).first()
    if found is None:
        raise NotFound("没有找到这个附件。")
    return found


def part(part_id: UUID, *, seen_by: Actor) -> JointPart:
    with lending("orgs", Places.of([0])):
        found = JointPart.objects.filter(pk=part_id).select_related("appeal", "station").first()
    if found is None or not seen_by.may(AppealsPermission.READ):
        raise NotFound("没有找到这件协办事项。")
    return found
