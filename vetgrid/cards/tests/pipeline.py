"""What the tests of this domain share: a person who may apply, an application taken as far as asked, sheets from outside."""

import io
from typing import Any

import xlsxwriter

from tests import builders as make
from vetgrid.cards import policy, rules
from vetgrid.cards.actions import applying, deciding, handing, outside
from vetgrid.cards.models import Application, Batch, Card, StepFile
from vetgrid.cards.tests import photographs
from vetgrid.core.actor import Actor
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person, PersonClass

TODAY = make.TODAY
_GOOD = photographs.good()
HEADS = {
    "city": ("申请编号", "审核结果", "审核日期", "原因代码", "说明"),
    "province": ("申请编号", "备案结果", "备案日期", "原因代码", "说明"),
    "bank": ("申请编号", "开户结果", "开户日期", "原因代码", "说明"),
    "maker": ("申请编号", "制卡结果", "制卡日期", "卡号", "批次号"),
    "activation": ("卡号", "激活结果", "激活日期"),
}


def veteran(at: int = 1, division: int = make.VILLAGE_A1, **values: Any) -> Person:
    born = values.pop("born_on", "1965-03-12")
    number = make.id_number(f"350581{born.replace('-', '')}{at:03d}")
    found = make.veteran(
        division, values.pop("name", f"王建{at}"), id_number=number, phone=f"139{at:08d}", born_on=born, **values
    )
    with acting(make.system()):
        PersonClass.objects.create(
            person=found,
            division=division,
            code="70",
            source="archive",
            known_since=make.now(),
            recorded_by=make.system().id,
        )
    return found


def asked(**values: Any) -> rules.Asked:
    return rules.Asked(**{"kind": "veteran"} | values)


def details(place: dict[str, Any], **values: Any) -> applying.Details:
    wanted = {
        "station_id": place["town"].id,
        "bank": "icbc",
        "materials": tuple(policy.materials_for(kind="veteran", speaker="self")),
    }
    return applying.Details(**wanted | values)


def applied(place: dict[str, Any], person: Person | None = None, **values: Any) -> Application:
    by = place["as_clerk"]
    person = person or veteran()
    with acting(by):
        return applying.apply(person_id=person.id, asked=asked(**values), details=details(place), by=by, today=TODAY)


def act(by: Actor, action: Any, **values: Any) -> Any:
    """One action in the actor's own scope, as a request would do it."""
    with acting(by):
        return action(by=by, **{"today": TODAY} | values)


def photographed(place: dict[str, Any], one: Application, body: bytes = _GOOD) -> Application:
    act(place["as_clerk"], applying.set_photo, application_id=one.id, name="照片.jpg", body=body)
    return act(
        place["as_town_boss"],
        applying.check_photo,
        application_id=one.id,
        ticked=tuple(policy.clerk_list()),
        by_hand="",
    )


def accepted(place: dict[str, Any], person: Person | None = None, **values: Any) -> Application:
    one = applied(place, person, **values)
    photographed(place, one)
    return act(place["as_town_boss"], deciding.accept, application_id=one.id)


def reviewed(place: dict[str, Any], person: Person | None = None, **values: Any) -> Application:
    one = accepted(place, person, **values)
    act(place["as_city_clerk"], deciding.verify, application_id=one.id, note="与档案一致")
    return act(place["as_section"], deciding.review, application_id=one.id, note="")


def sheet(step: str, *rows: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    for at, row in enumerate([HEADS[step], *rows]):
        page.write_row(at, 0, row)
    book.close()
    return buffer.getvalue()


def load(place: dict[str, Any], step: str, *rows: tuple[str, ...]) -> StepFile:
    return act(place["as_city_clerk"], outside.load, step=step, name=f"{step}.xlsx", body=sheet(step, *rows))


def made(place: dict[str, Any], *ones: Application, parcel: str = "ZK-1") -> Batch:
    """From reviewed to the maker's parcel on its way to the county."""
    load(place, "city", *((one.number, "通过", "2023-12-28") for one in ones))
    load(place, "province", *((one.number, "备案", "2023-12-28") for one in ones))
    load(place, "bank", *((one.number, "成功", "2023-12-28") for one in ones))
    load(
        place,
        "maker",
        *((one.number, "成功", "2023-12-28", card_number(one), parcel) for one in ones),
    )
    with acting(make.system()):
        return Batch.objects.get(leg="maker", parcel=parcel, closed_on=None)


def card_number(one: Application) -> str:
    return f"62170018{abs(hash(one.number)) % 10**8:08d}"


def card_of(one: Application) -> Card:
    with acting(make.system()):
        return Card.objects.select_related("application").filter(application_id=one.id).latest("id")


def counted(by: Actor, batch: Batch, *codes: str, damaged: tuple[str, ...] = (), note: str = "核对") -> Batch:
    for code in codes:
        act(by, handing.scan, batch_id=batch.id, text=code, is_damaged=code in damaged)
    return act(by, handing.close, batch_id=batch.id, note=note)


def signed(place: dict[str, Any], *ones: Application, parcel: str = "ZK-1") -> list[Card]:
    batch = made(place, *ones, parcel=parcel)
    counted(place["as_city_clerk"], batch, *(card_of(one).code for one in ones))
    return [card_of(one) for one in ones]


def held(place: dict[str, Any], *ones: Application) -> list[Card]:
    cards = signed(place, *ones)
    batch = act(
        place["as_city_clerk"],
        handing.pack,
        station_id=place["town"].id,
        card_ids=[card.id for card in cards],
        note="",
    )
    counted(place["as_town_boss"], batch, *(card.code for card in cards))
    return [card_of(one) for one in ones]
