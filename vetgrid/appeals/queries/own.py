"""Which of one's own: matters and questions of the person that a citizen is or acts for, with who answers and until when."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from vetgrid.appeals import rules
from vetgrid.appeals.actions.own_matters import OPEN, own_matter
from vetgrid.appeals.limits import days_to_ask_review
from vetgrid.appeals.models import Appeal, Attachment, Consultation, RatingTicket, Step
from vetgrid.appeals.states import APPEAL
from vetgrid.core.actor import Citizen
from vetgrid.core.asking import Question
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Staff, Station
from vetgrid.work.models import WorkItem
from vetgrid.work.queries import clocks_of

TOLD = {"register", "accept", "refuse", "transfer", "answer", "extend", "review", "rereview", "add", "withdraw"}
TOLD |= {"ask_review", "ask_rereview", "call_back", "close", "reopen"}
"""Steps that the person sees; what offices write to one another stays with them."""
WITH_NOTE = {
    "accept",
    "refuse",
    "answer",
    "extend",
    "review",
    "rereview",
    "add",
    "withdraw",
    "ask_review",
    "ask_rereview",
}
_LABELS = {"register": "登记", "add": "补充材料"}


@dataclass(frozen=True)
class Handler:
    """Who answers: name and phone of the owner, and the station."""

    name: str
    phone: str
    station: str


@dataclass(frozen=True)
class StepSeen:
    at: datetime
    label: str
    note: str


@dataclass(frozen=True)
class MatterSeen:
    """A matter as its person sees it."""

    appeal: Appeal
    due_on: date | None
    clock_sentence: str
    handler: Handler
    steps: list[StepSeen]
    can: list[str]
    files: list[tuple[UUID, str]] = field(default_factory=list)


OWN_MATTERS = Question[Appeal](
    lambda who: (
        Appeal.objects.filter(person_id=who)
        .select_related("station")
        .only("number", "kind", "title", "state", "received_on", "station__name")
        .order_by("-received_on", "-id")
    )
)
"""The list: what its lines show, and nothing that is sealed."""


def own_matters(*, seen_by: Citizen) -> QuerySet[Appeal]:
    """The newest first."""
    return Appeal.objects.filter(person_id=seen_by.person).select_related("station").order_by("-received_on", "-id")


def own_matter_seen(matter_id: UUID, *, seen_by: Citizen, today: date) -> MatterSeen:
    appeal = own_matter(matter_id, by=seen_by)
    rows = list(Step.objects.filter(appeal=appeal).order_by("-at", "-id"))
    owner, due_on, sentence = _clock(appeal)
    return MatterSeen(
        appeal=appeal,
        due_on=due_on,
        clock_sentence=sentence,
        handler=handler_of(owner, appeal.station),
        steps=[
            StepSeen(row.at, _label(row.move), row.note if row.move in WITH_NOTE else "")
            for row in rows
            if row.move in TOLD
        ],
        can=_can(appeal, rows, today=today),
        files=list(
            Attachment.objects.filter(appeal=appeal, removed_at=None).order_by("added_at").values_list("file", "name")
        ),
    )


def _label(move: str) -> str:
    return _LABELS.get(move) or next((entry.label for entry in APPEAL.moves if entry.key == move), move)


def _clock(appeal: Appeal) -> tuple[UUID | None, date | None, str]:
    """Owner, due date and the arithmetic of the newest clock; the item's place is lent, because items belong to offices."""
    with lending("work", Places.only([appeal.division])), lending("orgs", Places.chain(appeal.division)):
        item = WorkItem.objects.filter(kind="appeal", subject_id=appeal.id).order_by("-opened_on", "-id").first()
        if item is None:
            return None, None, ""
        stories = clocks_of(item)
    return item.owner_id, item.due_on if item.closed_on is None else None, stories[0].sentence if stories else ""


def handler_of(staff_id: UUID | None, station: Station) -> Handler:
    """A staff member with the phone at work; without one the station's own."""
    with lending("orgs", Places.of([0])):
        staff = Staff.objects.filter(pk=staff_id).first() if staff_id else None
    phone = staff.phone.reveal() if staff is not None and hasattr(staff.phone, "reveal") else ""
    return Handler(staff.name if staff else station.name, phone or station.phone, station.name)


def _can(appeal: Appeal, steps: list[Step], *, today: date) -> list[str]:
    found = []
    if appeal.state in OPEN:
        found.append("add")
    moves = {move.key for move in APPEAL.possible(appeal.state)}
    found += ["withdraw"] if "withdraw" in moves else []
    found += ["confirm"] if "call_back" in moves else []
    if appeal.answered_on is not None and not is_rated("appeal", appeal.id, appeal.division):
        found.append("rate")
    reviewed = next((step.on for step in steps if step.move == "review"), None)
    wanted = "ask_rereview" if reviewed else "ask_review"
    since = reviewed or appeal.answered_on
    if wanted in moves and rules.may_still_ask(since, days=days_to_ask_review(today), today=today):
        found.append("review")
    return found


def is_rated(subject: str, subject_id: UUID, division: int) -> bool:
    with lending("appeals", Places.only([division])):
        return RatingTicket.objects.filter(subject=subject, subject_id=subject_id, used_at__isnull=False).exists()


def own_questions(*, seen_by: Citizen) -> QuerySet[Consultation]:
    rows = Consultation.objects.filter(person_id=seen_by.person).select_related("station")
    return rows.order_by("-asked_on", "-id")


def own_question(question_id: UUID, *, seen_by: Citizen) -> Consultation:
    found = own_questions(seen_by=seen_by).filter(pk=question_id).first()
    if found is None:
        raise NotFound("没有找到这条咨询。请返回列表重新选择。")
    return found
