"""The way of an application: taken down once, accepted with a good photograph, decided in turn, made, counted, issued."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tests import builders as make
from vetgrid.audit.models import Entry
from vetgrid.cards.actions import applying, deciding, holding
from vetgrid.cards.letters import pdf_of
from vetgrid.cards.models import Application, Letter, Step
from vetgrid.cards.states import APPLICATION, CARD, FLOWS, OPEN
from vetgrid.cards.tests import photographs
from vetgrid.cards.tests.pipeline import (
    TODAY,
    accepted,
    act,
    applied,
    card_of,
    details,
    held,
    load,
    photographed,
    reviewed,
    veteran,
)
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.registry.actions.life import confirm_death
from vetgrid.registry.models import Person
from vetgrid.work.models import Clock, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def now(one: Application) -> Application:
    with acting(make.system()):
        return Application.objects.select_related("station", "person").get(pk=one.pk)


def item(one: Application) -> WorkItem:
    with acting(make.system()):
        return WorkItem.objects.select_related("station").get(kind="card_application", subject_id=one.id)


def clocks(one: Application) -> list[tuple[str, str]]:
    with acting(make.system()):
        rows = Clock.objects.filter(item=item(one)).order_by("id")
        return [(row.limit, row.state) for row in rows]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_every_state_is_reached_and_every_move_leads_to_a_known_one(flow):
    reached = {flow.start} | {move.target for move in flow.moves if move.target}
    assert reached == {key for key, _ in flow.states}
    assert all(move.sources <= reached for move in flow.moves)
    assert {key for key, _ in APPLICATION.states if not APPLICATION.is_final(key)} - {"refused"} == set(OPEN)
    assert CARD.is_final("cancelled")


def test_an_application_goes_all_the_way_with_its_clocks_and_messages(place):
    one = applied(place)
    assert clocks(one) == [("card_accept", "running")] and item(one).station_id == place["town"].id
    photographed(place, one)
    act(place["as_town_boss"], deciding.accept, application_id=one.id)
    assert item(one).station_id == place["city"].id
    act(place["as_city_clerk"], deciding.verify, application_id=one.id, note="与档案一致")
    act(place["as_section"], deciding.review, application_id=one.id, note="")
    assert clocks(one)[-1] == ("card_review", "running")
    (card,) = held(place, one)
    assert ("card_review", "stopped") in clocks(one) and clocks(one)[-1] == ("card_issue", "running")
    assert item(one).station_id == place["town"].id
    act(place["as_clerk"], holding.issue, card_id=card.id, way="delivery")
    assert now(one).state == "done" and card_of(one).state == "issued"
    assert item(one).closed_on == TODAY
    with acting(make.system()):
        told = set(Notice.objects.filter(person_id=one.person_id).values_list("template", flat=True))
        moves = list(Step.objects.filter(application=one).order_by("at", "id").values_list("move", flat=True))
        verbs = set(Entry.objects.filter(row_id=str(one.id)).values_list("verb", flat=True))
    assert {"card_submitted", "card_accepted", "card_reviewed", "card_making", "card_ready", "card_issued"} <= told
    assert [move for move in moves if move != "check_photo"] == [
        "apply", "accept", "verify", "review", "city_pass", "file", "bank_pass", "make", "finish",
    ]  # fmt: skip
    assert {"cards.apply", "cards.accept", "cards.review", "cards.finish"} <= verbs


def test_a_person_without_a_file_identity_or_number_cannot_apply(place):
    nobody = make.person(make.VILLAGE_A1, "无名", id_number=make.id_number("35058119700101007"))
    with pytest.raises(Invalid) as error:
        applied(place, nobody)
    assert "身份" in error.value.fields["person"]
    without = make.veteran(make.VILLAGE_A1, "无号")
    with pytest.raises(Invalid) as error:
        applied(place, without)
    assert "身份证号" in error.value.fields["person"]


def test_one_person_has_one_open_application_and_one_card(place):
    one = applied(place)
    person = now(one).person
    with pytest.raises(Conflict, match="不能重复申请"):
        applied(place, person)
    act(place["as_clerk"], applying.withdraw, application_id=one.id, note="本人暂不办理")
    again = reviewed(place, person)
    held(place, again)
    with pytest.raises(Conflict, match="只能持有一张"):
        applied(place, person)


def test_a_second_file_with_the_same_id_number_anywhere_in_the_county_is_found_without_saying_where(place):
    one = applied(place)
    number = now(one).person.id_number.reveal()
    twin = make.veteran(make.VILLAGE_B1, "王建一", id_number=number)
    with pytest.raises(Conflict) as error, acting(place["as_other_clerk"]):
        applying.apply(
            person_id=twin.id,
            asked=applying.rules.Asked("veteran"),
            details=details(place, station_id=place["other_village"].id),
            by=place["as_other_clerk"],
            today=TODAY,
        )
    assert "另一份档案" in error.value.sentence and "仕林" not in error.value.sentence


def test_nothing_is_accepted_without_photograph_and_papers(place):
    one = applied(place)
    with pytest.raises(Conflict, match="还没有照片"):
        act(place["as_town_boss"], deciding.accept, application_id=one.id)
    act(place["as_clerk"], applying.tick_materials, application_id=one.id, materials=("form",))
    photographed(place, one)
    with pytest.raises(Conflict, match="缺少材料:身份证"):
        act(place["as_town_boss"], deciding.accept, application_id=one.id)


def test_a_returned_photograph_comes_back_and_its_history_stays(place):
    one = applied(place)
    act(place["as_town_boss"], deciding.send_back, application_id=one.id, reason="photo", note="背景有阴影,请重拍")
    assert now(one).state == "returned" and clocks(one)[-1] == ("card_correct", "running")
    with acting(make.system()):
        letter = Letter.objects.get(application=one)
        body, is_same = pdf_of(letter)
    assert is_same and "背景有阴影" in PdfReader(io.BytesIO(body)).pages[0].extract_text()
    photographed(place, one)
    act(place["as_clerk"], applying.resubmit, application_id=one.id, note="已重拍")
    assert act(place["as_town_boss"], deciding.accept, application_id=one.id).state == "accepted"
    with acting(make.system()):
        assert Step.objects.filter(application=one, move__in=["return", "resubmit"]).count() == 2


def test_a_return_needs_a_reason_of_the_list_and_words(place):
    one = applied(place)
    for reason, note in (("nonsense", "说明"), ("photo", " ")):
        with pytest.raises(Invalid):
            act(place["as_town_boss"], deciding.send_back, application_id=one.id, reason=reason, note=note)


def test_a_hard_ground_is_refused_in_writing_and_never_accepted(place):
    one = applied(place, grounds=("in_custody",))
    photographed(place, one)
    with pytest.raises(Conflict, match="不予发放"):
        act(place["as_town_boss"], deciding.accept, application_id=one.id)
    done = act(place["as_section"], deciding.refuse, application_id=one.id, reason="hard", note="正在服刑,判决书已核。")
    assert done.state == "refused" and item(one).closed_on == TODAY
    with acting(make.system()):
        body, _ = pdf_of(Letter.objects.get(application=one))
    text = "".join(PdfReader(io.BytesIO(body)).pages[0].extract_text().split())
    assert "不予通过告知书" in text and "第二十五条" in text and "行政复议" in text


def test_a_ground_of_discretion_goes_to_the_province_to_decide(place):
    one = reviewed(place, grounds=("past_penalty",))
    assert one.is_discretionary and item(one).next_step == "等待省级裁量决定"
    load(place, "city", (one.number, "通过", "2023-12-28"))
    load(place, "province", (one.number, "不通过", "2023-12-28", "discretion", "情节严重"))
    assert now(one).state == "refused"


def test_who_verified_does_not_review(place):
    one = accepted(place)
    both = make.Actor(
        id=make.new_id(),
        name="兼任",
        held=make.held_from([("city_clerk", make.COUNTY), ("section_chief", make.COUNTY)]),
    )
    act(both, deciding.verify, application_id=one.id, note="一致")
    with pytest.raises(Conflict, match="不能是同一个人"):
        act(both, deciding.review, application_id=one.id, note="")


def test_of_two_who_decide_at_once_the_second_reads_who_was_faster(place):
    one = applied(place)
    act(place["as_town_boss"], deciding.send_back, application_id=one.id, reason="photo", note="请重拍")
    with pytest.raises(Conflict, match="town_boss已在.*退回补正"):
        act(
            place["as_town_boss"],
            deciding.send_back,
            application_id=one.id,
            reason="photo",
            note="请重拍",
            move="return",
        )
    with pytest.raises(Conflict, match="已经过时"):
        act(place["as_clerk"], applying.withdraw, application_id=one.id, note="撤回", version=1)


def test_a_child_needs_a_guardian_and_another_speaker_a_name(place):
    child = veteran(7, born_on="2015-01-01")
    with pytest.raises(Invalid) as error:
        applied(place, child)
    assert "监护人" in error.value.fields["speaker"]
    with pytest.raises(Invalid) as error:
        applied(place, child, speaker="guardian")
    assert "speaker_name" in error.value.fields
    assert applied(place, child, speaker="guardian", speaker_name="王父").speaker == "guardian"


def test_residence_applies_here_only_from_another_province_and_may_turn_home_when_refused(place):
    with pytest.raises(Invalid):
        applied(place, basis="residence", register_province="35")
    one = accepted(place, veteran(8), basis="residence", register_province="36")
    act(place["as_section"], deciding.refuse, application_id=one.id, reason="identity", note="外省档案不符")
    assert act(place["as_clerk"], applying.convert, application_id=one.id, note="本人窗口签字同意").state == "converted"


def test_another_town_sees_and_moves_nothing(place):
    one = applied(place)
    with pytest.raises(NotFound):
        act(place["as_other_clerk"], applying.withdraw, application_id=one.id, note="撤回")
    with pytest.raises(NotAllowed):
        act(place["as_clerk"], deciding.accept, application_id=one.id)


def test_a_death_ends_the_application_and_asks_the_issued_card_back(place):
    one, other = reviewed(place), reviewed(place, veteran(2))
    (card,) = held(place, one)
    act(place["as_clerk"], holding.issue, card_id=card.id, way="counter")
    for row in (one, other):
        with acting(make.system()):
            confirm_death(
                Person.objects.get(pk=row.person_id),
                died_on="2023-12-20",
                source="civil_affairs",
                note="",
                by=make.system(),
                today=TODAY,
            )
    assert card_of(one).state == "cancelled" and card_of(one).end_reason == "death"
    assert now(other).state == "ended" and item(other).closed_on == TODAY
    with acting(make.system()):
        back = WorkItem.objects.get(kind="card_take_back", subject_id=card.id)
    assert back.closed_on is None and back.due_on == TODAY + timedelta(days=30)
    act(place["as_clerk"], holding.take_back, card_id=card.id, on=TODAY, note="家属交回")
    with acting(make.system()):
        assert WorkItem.objects.get(pk=back.pk).closed_on == TODAY


def test_a_bad_file_is_never_passed_and_a_bad_picture_only_with_a_reason(place):
    one = applied(place)
    act(
        place["as_clerk"],
        applying.set_photo,
        application_id=one.id,
        name="a.jpg",
        body=photographs.jpeg(photographs.portrait(size=(300, 400))),
    )
    every = tuple(applying.policy.clerk_list())
    with pytest.raises(Invalid, match="照片文件不合格"):
        act(place["as_town_boss"], applying.check_photo, application_id=one.id, ticked=every, by_hand="看过")
    act(
        place["as_clerk"],
        applying.set_photo,
        application_id=one.id,
        name="a.jpg",
        body=photographs.jpeg(photographs.portrait(head=0.4)),
    )
    with pytest.raises(Invalid, match="头部占高度"):
        act(place["as_town_boss"], applying.check_photo, application_id=one.id, ticked=every, by_hand="")
    with pytest.raises(Invalid, match="制服"):
        act(place["as_town_boss"], applying.check_photo, application_id=one.id, ticked=("face",), by_hand="")
    passed = act(place["as_town_boss"], applying.check_photo, application_id=one.id, ticked=every, by_hand="头发很短")
    assert passed.is_photo_good
