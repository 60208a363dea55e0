"""The demo county's merchants: 205 members, some who left, some who have just applied."""

import csv
import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from stdnum.cn import uscc

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.places import Level, ancestor, full_code, level_of
from vetgrid.offers import rules
from vetgrid.offers.actions import joining
from vetgrid.offers.models import AllianceSeries, Merchant, MerchantContact, MerchantStep, Offer, ShopAccount, Term
from vetgrid.offers.series import text_of
from vetgrid.orgs.models import Station
from vetgrid.orgs.wordlists import name, phone

MEMBERS, LEFT, PAUSED = 205, 9, 3
START = date(2019, 5, 1)
_FIRST = (
    "同心",
    "荣军",
    "海晏",
    "振兴",
    "闽南",
    "金狮",
    "福星",
    "永和",
    "兴隆",
    "百顺",
    "东海",
    "锦绣",
    "凤凰",
    "红塔湾",
    "宝岛",
    "老兵",
)
_STREETS = ("八七路", "九二路", "濠江路", "群英路", "镇中路", "振狮大街", "学府路", "港口大道", "子芳路", "东港路")


@dataclass
class Alliance:
    """What the makers of redemptions draw from."""

    merchants: list[Merchant] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)


def table(name_of: str) -> list[dict[str, str]]:
    with (settings.DATA / "demo" / f"{name_of}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def licence(dice: random.Random) -> str:
    """An invented number with the right check character: a private trader of Shishi."""
    first = "92350581" + "".join(dice.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    return first + str(uscc.calc_check_digit(first))


def _stations() -> list[Station]:
    rows = Station.objects.filter(closed_on=None).exclude(kind="university").order_by("division", "id")
    return [row for row in rows if level_of(row.division) == Level.VILLAGE]


def members(dice: random.Random, *, county: int, by: Actor, today: date) -> Alliance:
    """205 members in order of joining, and those who left; agreements have been renewed every year."""
    points = {full_code(row["division"]): (float(row["lat"]), float(row["lng"])) for row in table("town_points")}
    stations, kinds = _stations(), table("shops")
    numbers: dict[int, int] = {}
    found = Alliance()
    contacts, steps, terms, accounts = [], [], [], []
    password = make_password(None)
    days = sorted(
        START + timedelta(days=dice.randrange((date(2023, 11, 15) - START).days)) for _ in range(MEMBERS + LEFT)
    )
    leaving = set(dice.sample(range(MEMBERS), LEFT))
    for at, applied in enumerate(days):
        station, kind = dice.choice(stations), kinds[at % len(kinds)]
        numbers[applied.year] = numbers.get(applied.year, 0) + 1
        row = _merchant(dice, station, kind, applied, numbers[applied.year], points, today)
        if at in leaving:
            assert row.listed_on is not None
            row.state, row.left_on, row.note = "left", max(row.listed_on, date(2023, 3, 1)), "商家停业,自愿退出"
        elif at % 70 == 5:
            row.state, row.note = "paused", "门店装修"
        found.merchants.append(row)
        contacts.append(_contact(dice, row))
        steps += _steps(row)
        terms += _terms(row, contacts[-1].name)
        found.offers += _offers(dice, row, kind, today)
        account = f"shop-{at + 1:03d}"
        accounts.append(
            ShopAccount(
                id=key(dice), division=row.division, merchant=row, username=account, name="收银台", password=password
            )
        )
    series = [
        AllianceSeries(division=county, key=f"merchant-{year}", last=last) for year, last in sorted(numbers.items())
    ]
    for rows in (found.merchants, contacts, steps, terms, found.offers, accounts, series):
        insert(rows)
    return found


def _merchant(
    dice: random.Random,
    station: Station,
    kind: dict[str, str],
    applied: date,
    number: int,
    points: dict[int, tuple[float, float]],
    today: date,
) -> Merchant:
    lat, lng = points[ancestor(station.division, Level.TOWN)]
    listed = applied + timedelta(days=dice.randint(8, 30))
    renew_by = listed
    while renew_by < today - timedelta(days=12):
        renew_by = rules.year_after(renew_by)
    return Merchant(
        id=key(dice),
        division=station.division,
        station=station,
        number=text_of("merchant", applied.year, number),
        name=f"{dice.choice(_FIRST)}{kind['kind']}({station.name.removesuffix('退役军人服务站')[-6:]}店)",
        licence=licence(dice),
        trade=kind["trade"],
        address=f"{dice.choice(_STREETS)}{dice.randint(1, 480)}号",
        phone=f"0595-8{dice.randint(1000000, 9999999)}",
        lat_e6=int((lat + dice.uniform(-0.012, 0.012)) * 1e6),
        lng_e6=int((lng + dice.uniform(-0.012, 0.012)) * 1e6),
        state="listed",
        is_founded_by_veteran=dice.random() < 0.3,
        applied_on=applied,
        listed_on=listed,
        sign_number=f"SS{applied:%y}{number:03d}",
        renew_by=renew_by,
    )


def _contact(dice: random.Random, row: Merchant) -> MerchantContact:
    called = name(dice, sex=dice.choice("12"), born=1975)
    return MerchantContact(id=key(dice), division=row.division, merchant=row, name=called, phone=phone(dice))


def _steps(row: Merchant) -> list[MerchantStep]:
    assert row.listed_on is not None
    lived = [("apply", "applied", row.applied_on), ("verify", "verified", row.applied_on + timedelta(days=4))]
    lived += [("agree", "agreed", row.listed_on - timedelta(days=1)), ("hang", "listed", row.listed_on)]
    if row.left_on is not None:
        lived.append(("leave", "left", row.left_on))
    return [
        MerchantStep(
            division=row.division,
            merchant=row,
            move=move,
            to_state=state,
            on=on,
            at=datetime.combine(on, time(10), CHINA),
            note=row.note if move == "leave" else "",
            by_name="市服务中心",
        )
        for move, state, on in lived
    ]


def _terms(row: Merchant, signer: str) -> list[Term]:
    found: list[Term] = []
    assert row.listed_on is not None and row.renew_by is not None
    first = row.listed_on
    while first <= row.renew_by:
        last = rules.year_after(first) - timedelta(days=1)
        found.append(
            Term(division=row.division, merchant=row, from_on=first, to_on=last, signer=signer, signed_on=first)
        )
        if row.left_on is not None and row.left_on <= last:
            break
        first = last + timedelta(days=1)
    row.renew_by = found[-1].to_on
    return found


def _offers(dice: random.Random, row: Merchant, kind: dict[str, str], today: date) -> list[Offer]:
    lines = [kind] + (
        [dice.choice([one for one in table("shops") if one["trade"] == row.trade])] if dice.random() < 0.3 else []
    )
    found: list[Offer] = []
    assert row.listed_on is not None
    for line in {line["offer"]: line for line in lines}.values():
        percent = int(line["percent"]) if line["percent"] else None
        limit = dice.choice((None, None, None, 200))
        found.append(
            Offer(
                id=key(dice),
                division=row.division,
                merchant=row,
                title=line["offer"],
                kind="percent" if percent else "gift",
                percent=percent,
                what=line["what"],
                from_on=row.listed_on,
                limit=limit,
                uses_left=limit,
                state="ended" if row.left_on else "listed",
                trade=row.trade,
                lat_e6=row.lat_e6,
                lng_e6=row.lng_e6,
                cell=rules.cell_of(row.lat_e6 or 0, row.lng_e6 or 0),
                is_shown=row.state == "listed",
                confirmed_on=today - timedelta(days=dice.randint(5, 200)) if dice.random() < 0.4 else None,
                proposed_by_name="市服务中心",
            )
        )
    return found


def applicants(dice: random.Random, *, by: Actor, today: date) -> None:
    """Eight who have just applied, by the same action as at the counter; some are further on."""
    stations, kinds = _stations(), table("shops")
    for at in range(8):
        kind, station = dice.choice(kinds), dice.choice(stations)
        on = today - timedelta(days=8 - at)
        asked = joining.Application(
            name=f"{dice.choice(_FIRST)}{kind['kind']}",
            licence=licence(dice),
            trade=kind["trade"],
            address=f"{dice.choice(_STREETS)}{dice.randint(1, 480)}号",
            phone="",
            contact=name(dice, sex="1", born=1980),
            contact_phone=phone(dice),
            lat_e6=24_730_000 + dice.randint(-9000, 9000),
            lng_e6=118_660_000 + dice.randint(-9000, 9000),
        )
        row = joining.apply(asked, station_id=station.id, by=by, today=on)
        if at < 5:
            joining.move(merchant_id=row.id, key="verify", note="执照、地址与申请一致", by=by, today=on)
        if at < 2:
            joining.move(merchant_id=row.id, key="agree", signer=asked.contact, by=by, today=on)
        if at == 4:
            joining.move(merchant_id=row.id, key="refuse", note="优惠内容与平日促销相同", by=by, today=on)
