"""Builders for tests of this domain: a listed merchant with an offer and a till, an entitled person, a code on his phone."""

from contextlib import contextmanager
from typing import Any

from stdnum.cn import uscc

from tests import builders as make
from vetgrid.core.actor import Actor
from vetgrid.core.scope import acting
from vetgrid.offers import rules
from vetgrid.offers.actions import redeeming
from vetgrid.offers.models import Merchant, Offer, Preference, ShopAccount
from vetgrid.offers.sessions import Shop, as_shop
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person, PersonClass

LAT, LNG = 24_732_000, 118_648_000


def licence(body: str = "9235058134567890") -> str:
    """An invented licence number with the right check character."""
    first = body.ljust(17, "0")
    return first + uscc.calc_check_digit(first)


def merchant(division: int = make.VILLAGE_A1, name: str = "同心餐馆", **values: Any) -> Merchant:
    with acting(make.system()):
        at = Merchant.objects.count()
        return Merchant.objects.create(
            **{
                "division": division,
                "station": Station.objects.exclude(kind="university").get(division=division),
                "number": f"崇军〔2023〕{at + 1}号",
                "name": name,
                "licence": licence(f"92350581345{at:05d}"),
                "trade": "food",
                "address": f"振兴路{at}号",
                "lat_e6": LAT,
                "lng_e6": LNG,
                "state": "listed",
                "applied_on": make.TODAY,
                "listed_on": make.TODAY,
                "renew_by": make.TODAY.replace(year=2024),
                "sign_number": f"A{at}",
            }
            | values
        )


def offer(of: Merchant, title: str = "餐饮八折", **values: Any) -> Offer:
    with acting(make.system()):
        limit = values.get("limit")
        lat, lng = values.get("lat_e6", of.lat_e6), values.get("lng_e6", of.lng_e6)
        return Offer.objects.create(
            **{
                "merchant": of,
                "division": of.division,
                "title": title,
                "kind": "percent",
                "percent": 80,
                "what": "堂食八折",
                "from_on": make.TODAY.replace(year=2022),
                "uses_left": limit,
                "state": "listed",
                "is_shown": of.state == "listed",
                "trade": of.trade,
                "lat_e6": lat,
                "lng_e6": lng,
                "cell": rules.cell_of(lat, lng) if lat is not None else None,
                "proposed_by_name": "测试",
            }
            | values
        )


def till(of: Merchant, name: str = "收银台") -> Shop:
    with acting(make.system()):
        at = ShopAccount.objects.count()
        row = ShopAccount.objects.create(
            merchant=of,
            division=of.division,
            username=f"shop-{at}",
            name=name,
            password="!",
            must_change_password=False,
        )
    actor = Actor(id=row.id, name=f"{of.name}·{name}")
    return Shop(make.new_id(), actor, of.id, of.name, name, of.division, False)


def entitled(division: int = make.VILLAGE_A2, name: str = "王建国", *classes: str, **values: Any) -> Person:
    person = make.person(division, name, **values)
    with acting(make.system()):
        for code in classes or ("70",):
            PersonClass.objects.create(
                person=person,
                division=division,
                code=code,
                source="archive",
                known_since=make.now(),
                recorded_by=make.system().id,
            )
    return person


def code(person: Person, *classes: str) -> redeeming.Shown:
    """What stands on the person's phone right now."""
    with acting(make.system()):
        return redeeming.issue(person, classes=classes or ("70",), division=person.division)


def redeem(shop: Shop, of: Offer, text: str) -> redeeming.Verdict:
    with as_shop(shop):
        return redeeming.redeem(
            offer_id=of.id,
            text=text,
            merchant_id=shop.merchant_id,
            till=shop.till,
            by=shop.actor,
            today=make.TODAY,
        )


@contextmanager
def at_time(monkeypatch: Any, seconds: float):
    """The codes' clock stands still at this moment."""
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: seconds)
        yield


def item(number: int = 1, **values: Any) -> Preference:
    with acting(make.system()):
        return Preference.objects.create(
            **{
                "division": make.COUNTY,
                "number": number,
                "title": "免费乘坐公交车",
                "provider": "市公交公司",
                "category": "traffic",
                "document": "card",
                "place": "市内公交线路",
                "kind": "free",
                "what": "凭证免费",
                "level": "city",
                "paper": "测试文件",
                "from_on": make.TODAY.replace(year=2020),
            }
            | values
        )
