"""The life of an appeal: every move of the table, what it demands, what it leaves behind, and what the state forbids."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tests import builders as make
from vetgrid.appeals.actions import linking, moving, overseeing, reviewing
from vetgrid.appeals.letters import pdf_of
from vetgrid.appeals.models import Appeal, JointPart, Letter, Step
from vetgrid.appeals.queries import appeals as queries
from vetgrid.appeals.states import APPEAL, FLOWS
from vetgrid.appeals.tests.matters import OPINION, TODAY, answered, move, register
from vetgrid.appeals.views.moves import MOVES
from vetgrid.audit.models import Entry
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting
from vetgrid.work.models import Clock, ClockEvent, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def now(appeal: Appeal) -> Appeal:
    with acting(make.system()):
        return Appeal.objects.select_related("station", "leader").get(pk=appeal.pk)


def item(appeal: Appeal) -> WorkItem:
    with acting(make.system()):
        rows = WorkItem.objects.filter(kind="appeal", subject_id=appeal.id).select_related("owner")
        return rows.order_by("-closed_on", "-opened_on").first()


def test_every_move_of_the_table_has_its_door_and_no_door_lacks_its_move():
    assert set(MOVES) == {entry.key for entry in APPEAL.moves}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_every_state_can_be_reached_and_is_left_or_final(flow):
    reached = {flow.start} | {entry.target for entry in flow.moves if entry.target}
    assert reached == {state for state, _ in flow.states}
    for entry in flow.moves:
        assert entry.sources <= reached
        assert entry.target == "" or entry.target in reached


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_a_move_that_the_table_does_not_have_is_refused_with_what_is_possible(flow):
    for state, _ in flow.states:
        for entry in flow.moves:
            if state in entry.sources:
                assert flow.after(state, entry.key) == (entry.target or state)
            else:
                with pytest.raises(Conflict, match="不能"):
                    flow.after(state, entry.key)


def test_accepting_starts_the_sixty_days_and_makes_the_notice(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    assert now(appeal).accepted_on == TODAY
    assert item(appeal).due_on == TODAY + timedelta(days=60)
    with acting(place["as_clerk"]):
        letter = Letter.objects.get(appeal=appeal)
        assert (letter.kind, letter.number) == ("acceptance", "退诉受〔2023〕1号")


def test_the_second_of_two_clerks_hears_who_was_faster_and_what(place):
    appeal = register(place)
    version = appeal.version
    move(place["as_clerk"], moving.accept, appeal, version=version)
    with pytest.raises(Conflict, match=r"clerk已在.*办理“受理”"):
        move(place["as_town_clerk"], moving.accept, appeal, version=version)


def test_somebody_who_saw_an_old_page_is_told_so(place):
    appeal = register(place)
    version = appeal.version
    move(place["as_section"], overseeing.supervise, appeal, note="三日内报情况")
    with pytest.raises(Conflict, match="已经过时"):
        move(place["as_clerk"], moving.accept, appeal, version=version)


def test_the_state_forbids_and_nothing_is_half_written(place):
    appeal = register(place)
    with acting(make.system()):
        before = Step.objects.count(), Letter.objects.count(), ClockEvent.objects.count()
    for action, values in (
        (moving.answer, {"text": OPINION}),
        (moving.call_back, {"note": "x"}),
        (moving.close, {"note": ""}),
        (moving.reopen, {"reason": "x"}),
    ):
        with pytest.raises(Conflict, match="现在的状态是“已登记”"):
            move(place["as_clerk"], action, appeal, **values)
    with acting(make.system()):
        assert (Step.objects.count(), Letter.objects.count(), ClockEvent.objects.count()) == before


def test_a_refusal_needs_a_reason_from_the_table_and_says_where_to_go(place):
    appeal = register(place)
    with pytest.raises(Invalid, match="请选择不予受理的理由"):
        move(place["as_clerk"], moving.refuse, appeal, reason="no", note="x")
    move(place["as_clerk"], moving.refuse, appeal, reason="litigation", note="可依法向人民法院起诉。")
    assert now(appeal).state == "not_accepted"
    move(place["as_clerk"], moving.close, appeal, note="")
    assert now(appeal).closed_on == TODAY
    assert item(appeal).closed_on == TODAY


def test_a_transfer_gives_the_receiver_an_owner_a_letter_and_fifteen_days_and_the_sender_keeps_sight(place):
    appeal = register(place)
    move(place["as_clerk"], moving.transfer, appeal, station_id=place["town"].id, note="需镇里核实")
    found, work = now(appeal), item(appeal)
    assert (found.state, found.station) == ("transferred", place["town"])
    assert (work.owner, work.due_on) == (place["town_officer"], TODAY + timedelta(days=15))
    with acting(place["as_clerk"]):
        assert queries.appeal(appeal.id, seen_by=place["as_clerk"]).state == "transferred"
        assert queries.appeals(queries.AppealFilter(where="from"), seen_by=place["as_clerk"]).count() == 1
        assert queries.appeals(queries.AppealFilter(), seen_by=place["as_clerk"]).count() == 0
        assert Step.objects.filter(appeal=appeal).count() == 2
    with pytest.raises(NotAllowed):
        move(place["as_clerk"], moving.accept, appeal)
    with acting(place["as_other_clerk"]), pytest.raises(NotFound):
        queries.appeal(appeal.id, seen_by=place["as_other_clerk"])


def test_a_handling_clock_that_runs_is_not_reset_by_a_transfer(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    later = TODAY + timedelta(days=20)
    move(place["as_clerk"], moving.transfer, appeal, station_id=place["town"].id, note="需镇里核实", today=later)
    assert item(appeal).due_on == TODAY + timedelta(days=60)
    move(place["as_town_clerk"], moving.accept, appeal, today=later)
    assert item(appeal).due_on == TODAY + timedelta(days=60)


def test_an_objection_is_possible_within_five_working_days_and_the_sender_decides(place):
    appeal = register(place)
    move(place["as_clerk"], moving.transfer, appeal, station_id=place["town"].id, note="请镇里办")
    late = TODAY + timedelta(days=20)
    with pytest.raises(Conflict, match="5个工作日"):
        move(place["as_town_clerk"], moving.object_to, appeal, reason="不属本站", today=late)
    # 28 December is a Thursday, 30 December to 1 January are off: the fifth working day is 5 January.
    move(place["as_town_clerk"], moving.object_to, appeal, reason="不属本站", today=TODAY + timedelta(days=8))
    with pytest.raises(NotFound):
        move(place["as_other_clerk"], moving.insist, appeal, note="x")
    move(place["as_clerk"], moving.insist, appeal, note="属镇里职责")
    assert now(appeal).state == "transferred"
    move(place["as_town_clerk"], moving.object_to, appeal, reason="再次说明", today=TODAY + timedelta(days=8))
    move(place["as_clerk"], moving.agree_to_objection, appeal, note="同意")
    found = now(appeal)
    assert (found.state, found.station, item(appeal).owner) == ("registered", place["village"], place["officer"])


def test_an_extension_is_approved_by_another_person_once_and_adds_thirty_days(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    move(place["as_town_boss"], moving.ask_extension, appeal, reason="需外地取证")
    with pytest.raises(Conflict, match="不能批准自己的"):
        move(place["as_town_boss"], moving.decide_extension, appeal, is_approved=True, note="")
    with pytest.raises(NotAllowed):
        move(place["as_clerk"], moving.decide_extension, appeal, is_approved=True, note="")
    move(place["as_section"], moving.decide_extension, appeal, is_approved=True, note="")
    assert item(appeal).due_on == TODAY + timedelta(days=90)
    with acting(make.system()):
        event = ClockEvent.objects.get(kind="extend")
        assert (event.approver_name, event.reason) == ("section", "需外地取证")
        assert Letter.objects.filter(appeal=appeal, kind="extension").exists()
    with pytest.raises(Conflict, match="已经延期过一次"):
        move(place["as_clerk"], moving.ask_extension, appeal, reason="再延")


def test_a_declined_extension_leaves_the_date_alone(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    move(place["as_clerk"], moving.ask_extension, appeal, reason="需外地取证")
    move(place["as_town_boss"], moving.decide_extension, appeal, is_approved=False, note="抓紧办理")
    assert item(appeal).due_on == TODAY + timedelta(days=60)
    assert now(appeal).extension_asked_by is None


def test_joint_handling_gives_each_station_its_own_owner_and_closing_waits_for_all(place):
    appeal = register(place)
    by = place["as_clerk"]
    move(by, moving.accept, appeal)
    with acting(by):
        part = linking.share(
            appeal_id=appeal.id, station_id=place["other_village"].id, asked="核实邻村发放标准", by=by, today=TODAY
        )
    with acting(place["as_other_clerk"]):
        assert queries.appeal(appeal.id, seen_by=place["as_other_clerk"]).number == appeal.number
        assert WorkItem.objects.select_related("owner").get(subject_id=part.id).owner == place["other_officer"]
    move(by, moving.answer, appeal, text=OPINION)
    move(by, moving.call_back, appeal, note="满意")
    with pytest.raises(Conflict, match="还有1个协办单位"):
        move(by, moving.close, appeal, note="")
    with acting(place["as_other_clerk"]):
        linking.report_part(part_id=part.id, result="标准一致", by=place["as_other_clerk"], today=TODAY)
    with acting(by):
        assert JointPart.objects.get(pk=part.id).result == "标准一致"
    move(by, moving.close, appeal, note="")
    assert now(appeal).state == "closed"


def test_an_answer_states_facts_law_and_opinion_and_a_promise_has_a_date(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    empty = moving.OpinionText("", "", "", "support")
    with pytest.raises(Invalid) as caught:
        move(place["as_clerk"], moving.answer, appeal, text=empty)
    assert set(caught.value.fields) == {"facts", "law", "answer"}
    half = moving.OpinionText("a", "b", "c", "support", promise="补发")
    with pytest.raises(Invalid, match="一起填写"):
        move(place["as_clerk"], moving.answer, appeal, text=half)


def test_after_the_answer_comes_the_call_back_within_five_working_days(place):
    appeal = answered(place)
    work = item(appeal)
    assert (work.next_step, work.due_on.isoformat()) == ("回访,听取意见", "2024-01-05")
    with acting(make.system()):
        assert [clock.limit for clock in Clock.objects.filter(item=work).order_by("started_on", "id")] == [
            "appeal_inform",
            "appeal_handle",
            "call_back",
        ]


def test_reopening_needs_a_reason_and_starts_a_new_clock_and_item(place):
    appeal = answered(place)
    move(place["as_clerk"], moving.call_back, appeal, note="不满意")
    move(place["as_clerk"], moving.close, appeal, note="")
    later = TODAY + timedelta(days=100)
    move(place["as_clerk"], moving.reopen, appeal, reason="补交新证据", today=later)
    assert now(appeal).state == "accepted"
    with acting(make.system()):
        fresh = WorkItem.objects.get(subject_id=appeal.id, closed_on=None)
    assert fresh.due_on == later + timedelta(days=60)


def test_a_review_goes_upwards_within_thirty_days_and_the_same_fact_ends_with_the_second(place):
    appeal = answered(place)
    with pytest.raises(Conflict, match="已超过30日"):
        move(place["as_clerk"], reviewing.ask_review, appeal, reason="不服", today=TODAY + timedelta(days=31))
    move(place["as_clerk"], reviewing.ask_review, appeal, reason="不服", today=TODAY + timedelta(days=30))
    found = now(appeal)
    assert (found.state, found.station) == ("in_review", place["town"])
    assert item(appeal).due_on == TODAY + timedelta(days=60)
    move(place["as_town_boss"], reviewing.give_review, appeal, text=OPINION)
    move(place["as_town_boss"], reviewing.ask_rereview, appeal, reason="仍不服")
    assert now(appeal).station == place["city"]
    move(place["as_section"], reviewing.hold_hearing, appeal, note="听证", today=TODAY + timedelta(days=5))
    assert item(appeal).clock_state == "paused"
    move(place["as_section"], reviewing.end_hearing, appeal, note="结束", today=TODAY + timedelta(days=15))
    assert item(appeal).due_on == TODAY + timedelta(days=40)
    move(
        place["as_section"],
        reviewing.give_review,
        appeal,
        text=OPINION,
        is_final=True,
        today=TODAY + timedelta(days=20),
    )
    move(place["as_city_clerk"], moving.call_back, appeal, note="已送达", today=TODAY + timedelta(days=21))
    with pytest.raises(Conflict, match="不再受理"):
        move(place["as_city_clerk"], moving.reopen, appeal, reason="再来", today=TODAY + timedelta(days=22))


def test_whoever_answered_does_not_review_his_own_answer(place):
    appeal = register(place, place["as_section"], station="city")
    move(place["as_section"], moving.accept, appeal)
    move(place["as_section"], moving.answer, appeal, text=OPINION)
    move(place["as_section"], reviewing.ask_review, appeal, reason="不服")
    with pytest.raises(Conflict, match="应当回避"):
        move(place["as_section"], reviewing.give_review, appeal, text=OPINION)
    move(place["as_boss"], reviewing.give_review, appeal, text=OPINION)


def test_supervising_makes_it_urgent_and_taking_on_names_the_leader(place):
    appeal = register(place)
    move(place["as_boss"], overseeing.take_on, appeal, leader_id=place["leader"].id, note="")
    move(place["as_section"], overseeing.supervise, appeal, note="三日内报情况")
    found = now(appeal)
    assert (found.is_supervised, found.leader) == (True, place["leader"])
    assert item(appeal).priority == WorkItem.Priority.URGENT
    with pytest.raises(Invalid, match="在任的局领导"):
        move(place["as_boss"], overseeing.take_on, appeal, leader_id=place["officer"].id, note="")


def test_withdrawing_closes_the_item(place):
    appeal = register(place)
    move(place["as_clerk"], moving.withdraw, appeal, note="问题已解决")
    assert item(appeal).outcome == "反映人撤回"


def test_a_promise_is_kept_once(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    text = moving.OpinionText("a", "b", "c", "support", promise="补发", promised_on=TODAY)
    move(place["as_clerk"], moving.answer, appeal, text=text)
    move(place["as_clerk"], overseeing.keep_promise, appeal)
    with pytest.raises(Conflict, match="没有等待兑现"):
        move(place["as_clerk"], overseeing.keep_promise, appeal)


def test_every_step_is_in_the_trail_with_its_move(place):
    appeal = answered(place)
    with acting(make.actor("auditor", make.COUNTY)):
        verbs = Entry.objects.filter(row_id=str(appeal.id)).exclude(verb__startswith="row.")
        assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
            "appeals.register",
            "appeals.accept",
            "appeals.answer",
        ]


def test_a_letter_made_again_is_the_same_to_the_byte_and_holds_the_chinese_words(place):
    appeal = answered(place)
    with acting(place["as_clerk"]):
        letters = list(Letter.objects.filter(appeal=appeal).order_by("dated_on", "id"))
        first = [pdf_of(letter) for letter in letters]
        again = [pdf_of(letter) for letter in letters]
    assert first == again
    assert all(is_same for _, is_same in first)
    reader = PdfReader(io.BytesIO(first[-1][0]))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "处理意见书" in text
    assert "予以补发" in text
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts and all("Noto" in str(font["/BaseFont"]) for font in fonts)


def test_a_letter_that_would_differ_is_noticed(place):
    appeal = answered(place)
    with acting(place["as_clerk"]):
        letter = Letter.objects.filter(appeal=appeal).first()
        letter.digest = "0" * 64
        assert pdf_of(letter)[1] is False
