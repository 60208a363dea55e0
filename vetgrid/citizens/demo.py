"""The demo county at the mini-program: bound accounts of about 96 in 100 living veterans, helpers, campaigns with replies, a queue."""

import json
import random
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from vetgrid.citizens import rules
from vetgrid.citizens.models import (
    Account,
    AssistedAct,
    Authority,
    Binding,
    BindingRequest,
    Campaign,
    Reply,
)
from vetgrid.citizens.policy import policy
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.crypto import Sealed, blind
from vetgrid.core.places import full_code
from vetgrid.orgs.wordlists import name, phone
from vetgrid.registry.models import Person

COVERED = 0.962
DEMO_PHONE, DEMO_HELPER, DEMO_CODE = "13800138000", "13800138001", "veteran"
"""Who shows the mini-program: a bound veteran by phone or by the WeChat code demo-veteran, and a daughter who acts for an elder."""
BEGAN = date(2021, 6, 1)
HELPERS, WAITING = 60, 9

WORK = (
    rules.Question("q1", "目前就业状况", "one", True, ("在岗", "自主创业", "待业", "退休")),
    rules.Question("q2", "想参加的培训", "many", False, ("电工", "驾驶", "养老护理", "电商", "不需要")),
    rules.Question("q3", "希望的月收入(元)", "number"),
    rules.Question("q4", "其他想说的", "long"),
)
HEALTH = (
    rules.Question("q1", "是否参加今年体检", "yes", True),
    rules.Question("q2", "方便的日期", "day"),
    rules.Question("q3", "是否需要接送", "yes"),
)


def load(dice: random.Random, *, county: str, by: Actor, today: date) -> None:
    """Called after the registry; binds in bulk."""
    living = list(
        Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None).order_by("division", "id")
    )
    bound = sorted(dice.sample(range(len(living)), round(len(living) * COVERED)))
    people = [living[at] for at in bound]
    division = full_code(county)
    shown = next(at for at, person in enumerate(people) if person.phone and person.id_number)
    people[0], people[shown] = people[shown], people[0]
    _bind(dice, people, division, today)
    elders = sorted(people, key=lambda person: str(person.born_on or "9"))
    _helpers(dice, [elders[0], *dice.sample(elders[1:], HELPERS)], by, today)
    _waiting(dice, [living[at] for at in range(len(living)) if at not in set(bound)][:WAITING], division, today)
    _campaigns(dice, people, division, by, today)


def _key(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _moment(dice: random.Random, first: date, last: date) -> datetime:
    day = first + timedelta(days=dice.randrange(max(1, (last - first).days)))
    return datetime.combine(day, time(8 + dice.randrange(12), dice.randrange(60)), CHINA)


def _bind(dice: random.Random, people: Sequence[Person], division: int, today: date) -> None:
    accounts, bindings, taken = [], [], set()
    for index, person in enumerate(people):
        first = max(BEGAN, person.registered_at.date())
        at = _moment(dice, first, today)
        number = person.phone.reveal() if isinstance(person.phone, Sealed) else ""
        number = DEMO_PHONE if index == 0 else number
        if number in taken or not number.startswith("1"):
            number = ""  # two veterans of one family with one phone: the second signs in with WeChat
        taken.add(number)
        open_id = "" if number else f"recorded:{person.id.hex}"
        open_id = f"recorded:{DEMO_CODE}" if index == 0 else open_id
        account = Account(
            id=_key(dice),
            division=division,
            phone=number or None,
            phone_index=blind(number, "phone"),
            openid=open_id or None,
            openid_index=blind(open_id, "openid"),
            large_mode=bool(person.born_on and person.born_on < "1955"),
            privacy_version=policy().privacy_version,
            privacy_agreed_at=at,
            made_at=at,
        )
        accounts.append(account)
        way = dice.choices(["facts", "station", "counter"], [88, 8, 4])[0]
        bindings.append(
            Binding(
                id=_key(dice),
                account=account,
                person=person,
                division=person.division,
                way=way,
                bound_at=at,
                bound_by_name="" if way == "facts" else "服务站专干",
            )
        )
    insert(accounts)
    insert(bindings)


def _helpers(dice: random.Random, people: Sequence[Person], by: Actor, today: date) -> None:
    authorities, acts = [], []
    for index, person in enumerate(people):
        number = DEMO_HELPER if index == 0 else phone(dice)
        from_on = today - timedelta(days=dice.randrange(1, 300))
        row = Authority(
            id=_key(dice),
            person=person,
            division=person.division,
            helper_name=name(dice, sex=dice.choice("12"), born=1985),
            helper_phone=number,
            helper_index=blind(number, "phone"),
            relation=dice.choice(["spouse", "child", "child", "kin"]),
            from_on=from_on,
            to_on=from_on + timedelta(days=365),
            is_by_person=dice.random() < 0.4,
            proof_kind="household_book",
            recorded_by=by.id,
            recorded_by_name="服务站专干",
            recorded_at=datetime.combine(from_on, time(10), CHINA),
        )
        authorities.append(row)
        acts.append(
            AssistedAct(
                id=_key(dice),
                person=person,
                division=person.division,
                act="file.confirm",
                label="确认档案无误",
                by=by.id,
                by_name=row.helper_name,
                authority=row,
                at=_moment(dice, from_on, today),
            )
        )
    insert(authorities)
    insert(acts)


def _waiting(dice: random.Random, people: Sequence[Person], division: int, today: date) -> None:
    """Requests that wait: the number is known, one fact did not fit."""
    for person in people:
        number = phone(dice)
        at = _moment(dice, today - timedelta(days=6), today)
        account = Account(
            id=_key(dice),
            division=division,
            phone=number,
            phone_index=blind(number, "phone"),
            privacy_version=policy().privacy_version,
            privacy_agreed_at=at,
            made_at=at,
        )
        account.save(force_insert=True)
        BindingRequest(
            id=_key(dice),
            division=person.division,
            account=account,
            person=person,
            name=person.name,
            phone=number,
            id_number=person.id_number,
            second_fact_kind="discharge_year",
            second_fact=str(dice.randrange(1975, 2015)),
            reason="fact",
            asked_at=at,
        ).save(force_insert=True)


def _campaigns(dice: random.Random, people: Sequence[Person], division: int, by: Actor, today: date) -> None:
    for title, intro, questions, opens_on, state, share in (
        ("2023年就业创业意愿采集", "请用两分钟填写,便于安排培训和推荐岗位。", WORK, date(2023, 11, 15), "open", 0.12),
        ("2024年免费体检意向", "每年一次,村(社区)统一安排接送。", HEALTH, date(2023, 12, 18), "open", 0.05),
        ("2022年光荣牌更换登记", "光荣牌损坏、褪色的请登记。", HEALTH[:1], date(2022, 6, 1), "closed", 0.08),
    ):
        campaign = Campaign(
            id=_key(dice),
            division=division,
            title=title,
            intro=intro,
            form=rules.schema_of(title, questions),
            opens_on=opens_on,
            closes_on=date(2024, 1, 31) if state == "open" else opens_on + timedelta(days=60),
            state=state,
            made_by_name="市服务中心",
            made_at=datetime.combine(opens_on, time(9), CHINA),
        )
        campaign.save(force_insert=True)
        insert(_replies(dice, campaign, questions, dice.sample(people, round(len(people) * share)), today))


def _replies(
    dice: random.Random, campaign: Campaign, questions: Sequence[rules.Question], people: Sequence[Person], today: date
) -> list[Reply]:
    found = []
    for person in people:
        at = _moment(dice, campaign.opens_on, min(today, campaign.closes_on))
        is_sent = dice.random() < 0.93
        found.append(
            Reply(
                id=_key(dice),
                campaign=campaign,
                person=person,
                division=person.division,
                values=json.dumps(_values(dice, questions), ensure_ascii=False),
                state="sent" if is_sent else "draft",
                saved_at=at,
                sent_at=at if is_sent else None,
            )
        )
    return found


def _values(dice: random.Random, questions: Sequence[rules.Question]) -> dict[str, object]:
    found: dict[str, object] = {}
    for question in questions:
        match question.kind:
            case "one":
                found[question.key] = dice.choice(question.options)
            case "many":
                found[question.key] = dice.sample(question.options, dice.randint(1, 2))
            case "number":
                found[question.key] = dice.randrange(3, 12) * 1000
            case "yes":
                found[question.key] = dice.random() < 0.7
            case "day":
                found[question.key] = f"2024-01-{dice.randint(2, 28):02d}"
    return found
