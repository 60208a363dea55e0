"""The zero boards: silent on a county in order; every kind of orphan, made behind the database's back, is found at once."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from tests import builders as make
from vetgrid.appeals.actions import accusing, aiding, consulting, linking, mediating, moving
from vetgrid.appeals.models import Accusation
from vetgrid.appeals.tests.matters import move, register
from vetgrid.cards.models import Application, Card
from vetgrid.cards.tests import pipeline
from vetgrid.config import database
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting
from vetgrid.desk import boards
from vetgrid.desk.mending import mend
from vetgrid.notices.models import Notice
from vetgrid.offers.actions import complaining, watching
from vetgrid.offers.models import Finding
from vetgrid.offers.tests import alliance
from vetgrid.orgs.models import ReceptionDay, Station
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.work.models import WorkItem
from vetgrid.work.sweeping import sweep

TODAY = make.TODAY


def posting(accounts: str, purpose: str, line: str = "NULL") -> str:
    """A posting that belongs to nothing, of a run that was not released."""
    return (
        'INSERT INTO payments_posting (id, division, kind, debit, credit, amount_fen, payee_id, purpose, month, "on", run_id,'
        f" line_id, ref, reason, by, at) VALUES (gen_random_uuid(), 350581000000, {accounts}, 100, '{{payee}}', '{purpose}',"
        f" '2023-12-01', '2023-12-20', '{{pay_run}}', {line}, gen_random_uuid(), 'x', gen_random_uuid(), now())"
    )


# One statement for each kind; {item} is the id of an item of its own, other names are rows of the county below.
ORPHANS = {
    "no-contact": "DELETE FROM grid_membership WHERE person_id = '{veteran}'",
    "no-contact-duty": "UPDATE grid_duty SET to_on = '2023-12-01' WHERE cell_id = '{cell_a}' AND kind = 'contact'",
    "no-deputy": "UPDATE grid_duty SET to_on = '2023-12-01' WHERE cell_id = '{cell_b}' AND kind = 'deputy'",
    "closed-cell": "UPDATE grid_cell SET closed_on = '2023-12-01' WHERE id = '{cell_c}'",
    "no-owner": "UPDATE work_workitem SET owner_id = NULL WHERE id = '{item}'",
    "no-date": "UPDATE work_workitem SET next_on = NULL WHERE id = '{item}'",
    "no-item-deputy": "UPDATE work_workitem SET deputy_id = NULL WHERE id = '{item}'",
    "self-deputy": "UPDATE work_workitem SET deputy_id = owner_id WHERE id = '{item}'",
    "appeal-without-item": "DELETE FROM work_clockevent; DELETE FROM work_clock; DELETE FROM work_workitem WHERE subject_id = '{appeal}'",
    "consultation-without-item": "DELETE FROM work_workitem WHERE subject_id = '{consultation}'",
    "mediation-without-item": "DELETE FROM work_workitem WHERE subject_id = '{mediation}'",
    "aid-without-item": "DELETE FROM work_workitem WHERE subject_id = '{aid}'",
    "part-without-item": "DELETE FROM work_workitem WHERE subject_id = '{part}'",
    "card-without-item": "DELETE FROM work_workitem WHERE subject_id = '{card_application}'",
    "complaint-without-item": "DELETE FROM work_workitem WHERE subject_id = '{complaint}'",
    "offer-finding-without-item": "DELETE FROM work_workitem WHERE subject_id = '{offer_finding}'",
    "card-twice": "UPDATE registry_person SET merged_into_id = '{veteran}' WHERE id = '{holder_twice}'",
    "card-of-dead": "UPDATE registry_person SET died_on = '2023-12-01' WHERE id = '{holder_dead}'",
    "offer-wrongly-shown": "UPDATE offers_merchant SET state = 'paused' WHERE id = '{merchant}'",
    "owner-left": "UPDATE work_workitem SET owner_id = '{left}' WHERE id = '{item}'",
    "owner-elsewhere": "UPDATE work_workitem SET owner_id = '{elsewhere}' WHERE id = '{item}'",
    "deputy-left": "UPDATE work_workitem SET deputy_id = '{left}' WHERE id = '{item}'",
    "station-closed": "UPDATE work_workitem SET station_id = '{closed_station}' WHERE id = '{item}'",
    "station-elsewhere": "UPDATE work_workitem SET station_id = '{far_station}' WHERE id = '{item}'",
    "accusation-unowned": "UPDATE work_workitem SET owner_id = '{left}' WHERE subject_id = '{accusation}'",
    "no-account": "UPDATE work_workitem SET owner_id = '{locked_out}' WHERE id = '{item}'",
    "duty-left": "UPDATE grid_duty SET staff_id = '{left}' WHERE cell_id = '{cell_d}' AND kind = 'contact'",
    "duty-elsewhere": "UPDATE grid_duty SET staff_id = '{elsewhere}' WHERE cell_id = '{cell_d}' AND kind = 'deputy'",
    "day-left": "UPDATE orgs_receptionday SET leader_id = '{left}' WHERE id = '{day}'",
    "staffless": "UPDATE orgs_post SET to_on = '2023-12-01' WHERE division = 350581100202",
    "untold": "UPDATE work_workitem SET due_on = '2023-12-20', clock_state = 'running' WHERE id = '{item}'",
    "unreminded": "UPDATE work_workitem SET next_on = '2023-12-20' WHERE id = '{item}'",
    "undeliverable": "INSERT INTO work_escalation (id, division, item_id, step, base_on, audience, told_at, is_undeliverable,"
    " is_confidential) VALUES (gen_random_uuid(), 350581100201, '{item}', 'due+1-head', '2023-12-20', 'station_head', now(), true, false)",
    "no-clock": "UPDATE work_workitem SET clock_state = 'running', due_on = NULL WHERE id = '{item}'",
    "provisional": "UPDATE work_workitem SET is_provisional = true WHERE id = '{item}'",
    "books-account": posting("'accrual', 'expense', 'nowhere'", "a"),
    "books-offset": posting("'offset', 'offset', 'payable'", "b"),
    "books-funding": posting("'accrual', 'expense', 'payable'", "c"),
    "books-payment": posting("'payment', 'payable', 'bank'", "d", "'{pay_line}'"),
    "books-reversal": posting("'reversal', 'bank', 'payable'", "e", "'{pay_line}'"),
    "books-accrual": posting("'accrual', 'expense', 'payable'", "f", "'{pay_line}'"),
    "books-file": "UPDATE payments_payrun SET released_on = '2023-12-20', state = 'released' WHERE id = '{filed_run}'",
    "stuck": "UPDATE notices_notice SET state = 'queued', made_at = now() - interval '9 years' WHERE id = '{notice}'",
}


@pytest.fixture
def county(own_database):
    """A county in order, committed; returns what the statements name."""
    place = make.staffed_county()
    by = place["as_clerk"]
    names: dict[str, object] = {}
    with acting(make.system()):
        make.staff(make.VILLAGE_A2, "邻村专干", post="affairs_officer")
        make.staff(make.VILLAGE_A2, "邻村主干", post="village_head")
        make.staff(make.TOWN_B, "镇专干", post="affairs_officer")
        cells = {key: make.cell(make.VILLAGE_A1, f"网格{key}") for key in "abcd"}
        veterans = {key: make.veteran(make.VILLAGE_A1, f"老兵{key}", at=cell) for key, cell in cells.items()}
        names["veteran"] = make.veteran(make.VILLAGE_A1, "孤儿", at=cells["d"]).id
        names |= {f"cell_{key}": cell.id for key, cell in cells.items()}
        names["left"] = make.staff(make.VILLAGE_A1, "离岗者", ended_on=TODAY - timedelta(days=30)).id
        names["elsewhere"] = place["other_officer"].id
        names["far_station"] = place["other_village"].id
        closed = make.station(make.VILLAGE_A1, kind="university", closed_on=TODAY - timedelta(days=9))
        names["closed_station"] = closed.id
        locked = make.staff(make.VILLAGE_A1, "停用者", post="village_committee")
        make.user("locked", ("village_clerk", make.VILLAGE_A1), staff=locked, is_active=False)
        names["locked_out"] = locked.id
        day = ReceptionDay.objects.create(
            division=make.COUNTY, on=TODAY + timedelta(days=7), leader=place["leader"], hours="9", place="一楼"
        )
        names["day"] = day.id
        names["notice"] = Notice.objects.create(
            division=make.VILLAGE_A1,
            staff=place["officer"],
            channel="in_app",
            template="x",
            template_version=1,
            title="消息",
            body="x",
            made_at=now(),
            state="sent",
        ).id
    appeal = register(place)
    shared = register(place)
    move(by, moving.accept, shared)
    with acting(by):
        names["appeal"] = appeal.id
        names["part"] = linking.share(
            appeal_id=shared.id, station_id=place["other_village"].id, asked="核实", by=by, today=TODAY
        ).id
        names["consultation"] = consulting.ask(
            station_id=place["village"].id, question="问题", channel="phone", by=by, today=TODAY
        ).id
        names["mediation"] = mediating.apply(
            station_id=place["village"].id,
            kind="people",
            category="dispute",
            title="纠纷",
            facts="x",
            parties=[("甲", ""), ("乙", "")],
            by=by,
            today=TODAY,
        ).id
        names["aid"] = aiding.apply(
            station_id=place["village"].id, matter="wages", facts="x", applicant="甲", by=by, today=TODAY
        ).id
        accusing.accuse(
            accusing.Charge("虚报。", "counter", TODAY, accused_name="某人"),
            station_id=place["village"].id,
            by=by,
            today=TODAY,
        )
    names |= _cards_and_offers(place)
    with acting(make.system()):
        common = {"division": make.COUNTY, "month": TODAY.replace(day=1), "label": "待遇", "state": "draft"}
        made = {"made_by": by.id, "made_by_name": "编制人", "made_at": now()}
        run = PayRun.objects.create(number="P1", **common, **made)
        names["pay_run"], names["filed_run"] = run.id, PayRun.objects.create(number="P2", **common, **made).id
        names["payee"] = veterans["a"].id
        line = PayLine(
            run=run, payee=veterans["a"], division=make.VILLAGE_A1, number=1, amount_fen=100, balance_fen=100
        )
        line.save(force_insert=True)
        names["pay_line"] = line.id
        names["accusation"] = Accusation.objects.get().id
    for key, statement in ORPHANS.items():
        if "{item}" in statement:
            names[f"item:{key}"] = _item(place, key)
    with acting(make.system()):
        sweep(today=TODAY)
    return place, names, veterans


def _cards_and_offers(place) -> dict[str, object]:
    """An open application, two holders of a card, a listed merchant, an open complaint and an open finding."""
    number = make.id_number("35058119650312001")
    applicant = alliance.entitled(
        make.VILLAGE_A1, "证户丁", id_number=number
    )  # no veteran, so that he needs no contact
    one = pipeline.applied(place, applicant)
    merchant = alliance.merchant()
    offer = alliance.offer(merchant)
    by = place["as_clerk"]
    with acting(by):
        words = {"kind": "refused", "text": "x", "name": "甲", "phone": "", "offer_id": offer.id}
        complaint = complaining.take_down(**words, by=by, today=TODAY)
    shown = alliance.code(alliance.entitled(make.VILLAGE_A1, "证户丙"))
    elsewhere = alliance.merchant(make.VILLAGE_A2, "远处超市")
    for shop, of in ((alliance.till(merchant), offer), (alliance.till(elsewhere), alliance.offer(elsewhere))):
        alliance.redeem(shop, of, shown.text)
    with acting(make.system()):
        watching.look(by=make.system(), today=TODAY)
        finding = Finding.objects.get()
    return {
        "card_application": one.id,
        "merchant": merchant.id,
        "complaint": complaint.id,
        "offer_finding": finding.id,
        "holder_twice": _holder("证户甲", 1),
        "holder_dead": _holder("证户乙", 2),
    }


def _holder(name: str, serial: int):
    """Somebody with a living card in the county's drawer, whose application is over."""
    person = make.person(make.VILLAGE_A1, name, id_number=make.id_number(f"35058119600101{serial:03d}"))
    with acting(make.system()):
        done = Application.objects.create(
            division=person.division,
            number=f"测申{name}",
            person=person,
            id_index=person.id_index,
            name=name,
            kind="veteran",
            identities="veteran",
            channel="counter",
            province="35",
            bank="icbc",
            station=Station.objects.get(division=make.VILLAGE_A1, kind="village"),
            state="done",
            stage_on=TODAY,
            submitted_on=TODAY,
            closed_on=TODAY,
            registered_at=now(),
            registered_by_name="测试",
        )
        Card.objects.create(
            division=person.division,
            code=f"C{name}",
            application=done,
            person=person,
            holder=name,
            kind="veteran",
            bank="icbc",
            state="signed",
            stage_on=TODAY,
            made_on=TODAY,
            signed_on=TODAY,
        )
    return person.id


def _item(place, key: str):
    from vetgrid.work import actions as work

    asked = work.Opening(
        kind="other",
        subject_id=new_id(),
        title=f"事项{key}",
        station=place["village"],
        next_on=TODAY + timedelta(days=3),
        next_step="办理",
    )
    with acting(make.system()):
        return work.open_item(asked, by=make.system(), today=TODAY).id


def broken(place) -> dict[str, int]:
    with acting(make.system()):
        shown = boards.boards(seen_by=make.system(), today=TODAY)
    return {finding.check.key: finding.count for board in shown for finding in board.findings}


def behind_the_back(statements) -> None:
    """As the server's administrator with triggers and checks out of the way: what an import or a restore could do."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database._administrator(), dbname=name, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        for constraint in ("work_open_has_owner_and_date", "work_deputy_is_another"):
            admin.execute(f"ALTER TABLE work_workitem DROP CONSTRAINT {constraint}")
        for statement in statements:
            admin.execute(statement)


@pytest.mark.slow
def test_every_kind_of_orphan_is_found_within_one_cycle_and_mended_where_the_board_offers_it(county):
    place, names, _ = county
    assert broken(place) == {}, "a county in order shows nothing"
    every = {check.key for board in boards.BOARDS for check in board.checks}
    assert set(ORPHANS) == every, "each check has its orphan"
    assert len(every) >= 20
    order = sorted(ORPHANS.items(), key=lambda entry: "without-item" not in entry[0])
    behind_the_back(
        statement.format(item=names.get(f"item:{key}"), **{k: v for k, v in names.items() if ":" not in k})
        for key, statement in order
    )
    assert set(broken(place)) == every
    own = {key.removeprefix("item:"): row for key, row in names.items() if key.startswith("item:")}
    with acting(make.system()):
        for key, row in own.items():
            about = {getattr(found, "item_id", found.pk) for found in boards.check_of(key).find(make.system(), TODAY)}
            assert row in about, f"{key} does not find its own orphan"
        for board in boards.boards(seen_by=make.system(), today=TODAY):
            assert {entry.check for entry in board.findings} | set(board.clean) == set(board.board.checks)
        for board in boards.BOARDS:
            for check in board.checks:
                rows = list(check.find(make.system(), TODAY))
                assert rows, check.key
                assert all(check.text(row) and check.url(row).startswith("/") for row in rows)
                for row in rows if check.mends else ():
                    try:
                        who = place["as_inspector"] if check.key == "accusation-unowned" else make.system()
                        with acting(who):
                            mend(key=check.key, row_id=row.pk, by=who, today=TODAY)
                    except (Conflict, NotFound):
                        continue
    sweep_again(place)
    left = set(broken(place))
    offered = {check.key for board in boards.BOARDS for check in board.checks if check.mends}
    assert left & offered == set(), "what the board offers to mend is mended"


def sweep_again(place) -> None:
    with acting(make.system()):
        sweep(today=TODAY)


@pytest.mark.slow
def test_a_clerk_sees_only_his_own_exceptions(county):
    place, names, _ = county
    behind_the_back([f"UPDATE work_workitem SET deputy_id = NULL WHERE id = '{names['item:no-item-deputy']}'"])
    for key, count in (("as_clerk", 1), ("as_town_clerk", 1), ("as_section", 1), ("as_other_clerk", 0)):
        with acting(place[key]):
            assert boards.exceptions(seen_by=place[key], today=TODAY) == count, key


@pytest.mark.slow
def test_an_item_with_everything_is_not_touched_by_a_second_click(county):
    place, names, _ = county
    with acting(place["as_clerk"]), pytest.raises(NotFound):
        mend(key="no-owner", row_id=names["item:no-owner"], by=place["as_clerk"], today=TODAY)
    with acting(make.system()):
        assert WorkItem.objects.get(pk=names["item:no-owner"]).version == 1
