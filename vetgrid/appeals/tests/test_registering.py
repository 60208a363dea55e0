"""Registration: any channel, on behalf of others, in groups, anonymous; what is known already is offered first."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import builders as make
from vetgrid.appeals import rules
from vetgrid.appeals.actions import linking, moving, registering
from vetgrid.appeals.models import Appeal, Attachment, Link, Representative, Step
from vetgrid.appeals.queries import appeals as queries
from vetgrid.appeals.tests.matters import OPINION, TODAY, asked, move, register
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting, knowing
from vetgrid.files.store import content
from vetgrid.notices.models import Notice
from vetgrid.work.models import ClockEvent, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def counts() -> tuple[int, ...]:
    with acting(make.system()):
        return tuple(model.objects.count() for model in (Appeal, Step, WorkItem, ClockEvent, Notice))


def test_whoever_is_asked_first_becomes_the_owner_and_the_clock_starts_on_the_day_of_receipt(place):
    appeal = register(place, received_on=TODAY - timedelta(days=2))
    with acting(place["as_clerk"]):
        item = WorkItem.objects.select_related("owner", "deputy").get(subject_id=appeal.id)
    assert (item.owner, item.deputy) == (place["officer"], place["head"])
    assert item.due_on == TODAY + timedelta(days=13)
    assert item.next_step == "审核是否受理"
    assert appeal.number == "退诉〔2023〕1号"


def test_numbers_run_through_the_whole_county(place):
    assert [
        register(place).number,
        register(place, place["as_other_clerk"], station="other_village").number,
    ] == ["退诉〔2023〕1号", "退诉〔2023〕2号"]


@pytest.mark.parametrize("channel", Appeal.Channel.values)
def test_every_channel_can_be_registered(place, channel):
    appeal = register(place, channel=channel, source_number="GD20231228")
    assert appeal.channel == channel


BAD = {
    "title": {"title": " "},
    "text": {"text": ""},
    "received_on": {"received_on": TODAY + timedelta(days=1)},
    "applicant": {"applicant": ""},
    "is_anonymous": {"is_anonymous": True},
    "relation": {"speaker": "陈美玲"},
    "speaker": {"relation": "spouse"},
    "source_number": {"channel": "hotline"},
    "people": {"people": 0},
    "representatives": {"people": 9, "representatives": tuple((f"代表{at}", "") for at in range(6))},
    "kind": {"kind": "accusation"},
    "channel": {"channel": "pigeon"},
    "category": {"category": "weather"},
}


@pytest.mark.parametrize("field", sorted(BAD))
def test_bad_input_gets_a_sentence_at_its_field_and_leaves_nothing_behind(place, field):
    before = counts()
    with pytest.raises(Invalid) as caught:
        register(place, **BAD[field])
    assert field in caught.value.fields
    assert caught.value.fields[field].endswith("。")
    assert counts() == before


def test_ten_megabytes_of_text_get_a_sentence(place):
    before = counts()
    with pytest.raises(Invalid, match="最多5000字"):
        register(place, text="诉" * 3_500_000)
    assert counts() == before


def test_a_group_of_more_than_five_visitors_names_at_most_five_representatives(place):
    with pytest.raises(Invalid, match="请登记推选的代表"):
        register(place, people=12)
    appeal = register(place, people=12, representatives=(("王建国", "13800000001"), ("李建军", "")))
    with acting(place["as_clerk"]):
        assert [row.name for row in Representative.objects.filter(appeal=appeal)] == ["王建国", "李建军"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Representative.objects.create(appeal=appeal, division=appeal.division, position=6, name="第六人")


def test_a_relative_speaks_with_the_relation_on_record(place):
    appeal = register(place, speaker="陈美玲", relation="spouse")
    assert (appeal.speaker, appeal.relation) == ("陈美玲", "spouse")


def test_an_anonymous_matter_has_no_name_and_no_letter_to_somebody(place):
    appeal = register(place, applicant="", is_anonymous=True)
    assert appeal.applicant == ""
    assert appeal.person_id is None


def test_a_person_out_of_reach_and_an_unknown_one_are_refused_alike(place):
    stranger = make.person(make.VILLAGE_B1)
    for key in (stranger.id, make.new_id()):
        with pytest.raises(Invalid, match="没有找到这个人的档案"):
            register(place, person_id=key)


def test_a_station_where_one_may_not_register_is_refused(place):
    with pytest.raises(NotAllowed):
        register(place, station="town")


def test_a_station_that_is_closed_is_refused(place):
    with acting(make.system()):
        place["other_village"].closed_on = TODAY
        place["other_village"].save()
    with pytest.raises(Invalid, match="没有这个服务站"):
        register(place, place["as_other_clerk"], station="other_village")


def test_the_person_learns_by_text_message_or_the_log_says_why_not(place):
    known, unknown = make.person(make.VILLAGE_A1, phone="13800000001"), make.person(make.VILLAGE_A1)
    for person in (known, unknown):
        register(place, person_id=person.id)
    with acting(make.system()):
        told = Notice.objects.filter(template="appeal_receipt").order_by("made_at")
        assert [notice.state for notice in told] == ["queued", "queued"]
        from vetgrid.notices.actions import attempt

        for notice in told:
            attempt(notice.id)
        states = {notice.person_id: (notice.state, notice.reason) for notice in told.all()}
    assert states[known.id][0] == "recorded"
    assert "没有发出" in states[known.id][1]
    assert states[unknown.id] == ("unsent", "没有登记电话,请补登后重发。")


# --- what is known already -------------------------------------------------------------------------------------------


def test_the_same_persons_matters_at_other_stations_are_offered_with_their_promises_but_without_their_words(place):
    person = make.person(make.VILLAGE_A1)
    far = register(place, place["as_city_clerk"], station="city", person_id=person.id, title="市里登记的事")
    move(place["as_city_clerk"], moving.accept, far)
    promised = moving.OpinionText("属实", "条例", "答应", "support", promise="年底前补发", promised_on=TODAY)
    move(place["as_city_clerk"], moving.answer, far, text=promised)
    with acting(place["as_clerk"]):
        (known,) = queries.of_person(person.id)
    assert (known.number, known.promise, known.is_broken) == (far.number, "年底前补发", True)
    assert (known.title, known.url) == ("", "")
    with acting(place["as_other_clerk"]):
        assert queries.of_person(person.id) == [], "another town's clerk may not read the file, so he learns nothing"


def test_similar_matters_are_offered_across_stations_the_most_alike_first(place):
    text = "老房子漏雨,去年申请危房改造到现在没有回音,请派人查看。"
    same = register(place, title="危房改造没有回音", text=text)
    far = register(
        place, place["as_other_clerk"], station="other_village", title="危房改造没有回音", text=text + "家里有老人。"
    )
    register(place, title="优待证照片退回", text="照片被退回两次,不知道哪里不合格。")
    with acting(place["as_clerk"]):
        found = queries.similar("危房改造没有回音" + text)
    assert {row.number for row in found} == {same.number, far.number}
    assert found[0].title == same.title
    away = next(row for row in found if row.number == far.number)
    assert (away.title, away.url) == ("", "")


def test_texts_that_share_half_of_their_words_are_almost_always_found():
    base = "".join(chr(0x4E00 + at * 7) for at in range(120))
    found = 0
    for at in range(100):
        other = base[: 80 + at % 20] + "".join(chr(0x6E00 + at * 50 + n) for n in range(40))
        assert rules.likeness(base, other) > 0.45
        found += bool(set(rules.bands(base)) & set(rules.bands(other)))
    assert found >= 95


def test_linking_and_unlinking_is_one_move_each(place):
    one, other = register(place), register(place, place["as_other_clerk"], station="other_village")
    by = place["as_clerk"]
    with acting(by):
        link = linking.link(appeal_id=one.id, number=other.number, by=by, today=TODAY)
        with pytest.raises(Conflict, match="已经关联"):
            linking.link(appeal_id=one.id, number=other.number, by=by, today=TODAY)
        assert linking.unlink(link_id=link.id, by=by, today=TODAY) == one.id
        assert Link.objects.filter(unlinked_at=None).count() == 0
        with pytest.raises(NotFound):
            linking.unlink(link_id=link.id, by=by, today=TODAY)
        with pytest.raises(Invalid, match="没有这个编号"):
            linking.link(appeal_id=one.id, number="退诉〔2023〕999号", by=by, today=TODAY)


# --- attachments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("证明.pdf", b"MZ\x90\x00", "内容与扩展名"),
        ("证明.exe", b"MZ\x90\x00", "只能上传"),
        ("证明.pdf", b"", "文件是空的"),
        ("照片.jpg", b"%PDF-1.7", "内容与扩展名"),
        ("表.docx", b"PK\x03\x04 xl/workbook.xml", "内容与扩展名"),
        ("大.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "文件太大"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(place, name, body, sentence):
    appeal = register(place)
    with acting(place["as_clerk"]), pytest.raises(Invalid, match=sentence):
        registering.attach(appeal_id=appeal.id, name=name, body=body, by=place["as_clerk"], today=TODAY)
    with acting(place["as_clerk"]):
        assert Attachment.objects.count() == 0


def test_an_attachment_opens_for_whoever_reads_the_appeal_and_for_nobody_else(place):
    appeal = register(place)
    with acting(place["as_clerk"]):
        kept = registering.attach(
            appeal_id=appeal.id, name="证明.pdf", body=b"%PDF-1.7 x", by=place["as_clerk"], today=TODAY
        )
    move(place["as_clerk"], moving.transfer, appeal, station_id=place["town"].id, note="需镇里核实")
    with acting(place["as_town_clerk"]):
        assert queries.attachment(kept.id).name == "证明.pdf"
        with knowing("file", str(kept.file)):
            assert content(kept.file)[1] == b"%PDF-1.7 x"
        with pytest.raises(NotFound):
            content(kept.file)
    with acting(place["as_other_clerk"]), pytest.raises(NotFound):
        queries.attachment(kept.id)


def test_a_registration_in_the_pure_rules_names_every_problem_at_once():
    found = rules.problems(asked(title="", text="", applicant=""), has_person=False, today=TODAY)
    assert set(found) == {"title", "text", "applicant"}


def test_an_answered_matter_stays_answered(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    move(place["as_clerk"], moving.answer, appeal, text=OPINION)
    with acting(place["as_clerk"]):
        assert Appeal.objects.get(pk=appeal.pk).state == "answered"


def test_ten_megabytes_in_the_form_get_a_page_with_a_sentence(place):
    client = Client()
    make.sign_in(client, make.user("writer", ("village_clerk", make.VILLAGE_A1), staff=place["officer"]))
    before = counts()
    answer = client.post("/appeals/new", {"title": "x", "text": "诉" * 3_500_000})
    assert answer.status_code == 413
    assert "内容太大" in answer.content.decode()
    assert counts() == before


def test_the_page_refuses_field_by_field_and_keeps_what_was_typed(place):
    client = Client()
    make.sign_in(client, make.user("writer", ("village_clerk", make.VILLAGE_A1), staff=place["officer"]))
    before = counts()
    fields = {"station": str(place["village"].id), "kind": "claim", "channel": "hotline", "category": "pension"}
    fields |= {"title": "补发奖励金", "text": "经过", "received_on": "2031-01-01", "people": "1", "applicant": ""}
    answer = client.post("/appeals/new", fields)
    text = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("收到日期不能晚于今天", "请填写反映人姓名", "请填写热线工单编号", "补发奖励金"):
        assert sentence in text
    assert client.post("/appeals/new", {"title": "\x00"}).status_code == 422
    assert counts() == before
