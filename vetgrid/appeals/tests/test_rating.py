"""Ratings: once a visit, secret to the handler; a bad one opens a rectification above the handler, with a call-back."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests import builders as make
from vetgrid.accounts.sessions import anonymous
from vetgrid.appeals.actions import rating as actions
from vetgrid.appeals.models import Rating
from vetgrid.appeals.queries import others as queries
from vetgrid.appeals.tests.matters import TODAY, answered, register
from vetgrid.core.actor import Origin
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
VISITOR = anonymous(Origin())


@pytest.fixture
def place(db):
    return make.staffed_county()


def ticket(place, appeal=None) -> str:
    appeal = appeal or answered(place)
    with acting(place["as_clerk"]):
        return actions.issue_ticket(subject="appeal", subject_id=appeal.id, by=place["as_clerk"], today=TODAY)


def rate(token, level=2, **values):
    with acting(VISITOR):
        return actions.rate(
            token=token,
            level=level,
            **{"aspects": ["speed"], "comment": "等了很久", "today": TODAY} | values,
            by=VISITOR,
        )


def test_before_the_answer_there_is_nothing_to_rate(place):
    appeal = register(place)
    with acting(place["as_clerk"]), pytest.raises(Conflict, match="答复之后才能评价"):
        actions.issue_ticket(subject="appeal", subject_id=appeal.id, by=place["as_clerk"], today=TODAY)


def test_a_visit_is_rated_once(place):
    token = ticket(place)
    rate(token, 5)
    with pytest.raises(Conflict, match="已经评价过"):
        rate(token, 1)
    with acting(place["as_section"]):
        assert [row.level for row in queries.ratings(seen_by=place["as_section"])] == [5]


@pytest.mark.parametrize(
    ("token", "day", "error"),
    [("wrong", TODAY, NotFound), (None, TODAY + timedelta(days=61), Conflict)],
)
def test_a_forged_or_expired_ticket_is_refused_with_a_sentence(place, token, day, error):
    with pytest.raises(error):
        rate(token or ticket(place), today=day)


def test_bad_input_is_refused(place):
    token = ticket(place)
    with pytest.raises(Invalid):
        rate(token, 6)
    with pytest.raises(Invalid):
        rate(token, 3, comment="长" * 501)


def test_the_handler_never_reads_it_in_any_role(place):
    rate(ticket(place))
    for role, code in (("village_clerk", make.VILLAGE_A1), ("town_head", make.TOWN_A), ("section_chief", make.COUNTY)):
        handler = make.actor(role, code, staff=place["officer"])
        with acting(handler):
            assert Rating.objects.count() == 0, role
            assert WorkItem.objects.filter(kind="rectification").count() == 0, role
    with acting(place["as_town_boss"]):
        assert Rating.objects.count() == 1


def test_a_bad_rating_opens_a_rectification_for_the_head_within_fifteen_working_days(place):
    rating = rate(ticket(place))
    with acting(make.actor("village_clerk", make.VILLAGE_A1, staff=place["head"])):
        item = WorkItem.objects.get(kind="rectification")
        assert (item.owner_id, item.subject_id) == (place["head"].id, rating.id)
        assert item.due_on == date(2024, 1, 19)
        assert Notice.objects.get(template="bad_rating").staff_id == place["head"].id


def test_when_the_head_is_the_handler_it_goes_one_level_up(place):
    with acting(make.system()):
        place["head"].posts.update(to_on=TODAY)
        place["officer"].posts.update(kind="village_head")
    rate(ticket(place))
    with acting(make.actor("town_head", make.TOWN_A, staff=place["town_head"])):
        assert WorkItem.objects.get(kind="rectification").division == make.TOWN_A


def test_a_good_rating_opens_nothing(place):
    rate(ticket(place), 4)
    with acting(place["as_town_boss"]):
        assert not WorkItem.objects.filter(kind="rectification").exists()


def test_a_rectification_is_finished_with_what_was_done_and_the_day_of_the_call_back(place):
    rating = rate(ticket(place))
    head = make.actor("village_clerk", make.VILLAGE_A1, staff=place["head"])
    with acting(head):
        assert actions.rating_for(rating.id, by=head).level == 2
        with pytest.raises(Invalid) as caught:
            actions.rectify(rating_id=rating.id, note="", called_back_on=None, by=head, today=TODAY)
        assert set(caught.value.fields) == {"note", "called_back_on"}
        actions.rectify(rating_id=rating.id, note="已改进", called_back_on=TODAY, by=head, today=TODAY)
        with pytest.raises(Conflict):
            actions.rectify(rating_id=rating.id, note="再次", called_back_on=TODAY, by=head, today=TODAY)
    with acting(place["as_clerk"]), pytest.raises(NotFound):
        actions.rating_for(rating.id, by=place["as_clerk"])


def test_the_visitors_page_works_without_an_account(place):
    token = ticket(place)
    client = Client()
    page = client.get(f"/rate/{token}")
    assert page.status_code == 200
    assert "您对本次服务满意吗" in page.content.decode()
    assert client.post(f"/rate/{token}", {"comment": "x"}).status_code == 422
    done = client.post(f"/rate/{token}", {"level": "1", "aspects": ["attitude"], "comment": ""})
    assert "谢谢您的评价" in done.content.decode()
    assert client.get(f"/rate/{token}").status_code == 409
    assert client.get("/rate/nonsense").status_code == 404
