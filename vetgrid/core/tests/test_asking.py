"""A question that is planned once answers as its queryset does, whatever the values, and stays within the scope."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders as make
from vetgrid.core.asking import Question
from vetgrid.core.places import Places
from vetgrid.core.scope import acting, lending
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person

pytestmark = pytest.mark.django_db
BY_NAME = Question[Person](
    lambda name, after: Person.objects.filter(name=name, id__gt=after, merged_into=None).order_by("id")
)


def test_a_question_answers_each_value_as_its_queryset_does():
    with acting(make.actor("village_clerk", make.VILLAGE_A1)):
        people = [make.person(make.VILLAGE_A1, name=f"林{name}'%s") for name in "一二二三"]
        nothing = people[0].id.__class__(int=0)
        for name in ("林一'%s", "林二'%s", "林四'%s", "林二'%s"):
            assert BY_NAME.rows(name=name, after=nothing) == list(BY_NAME.of(name=name, after=nothing))
        assert len(BY_NAME.rows(1, name="林二'%s", after=nothing)) == 1


def test_a_question_gives_rows_with_what_they_select_single_values_and_tuples():
    with acting(make.actor("village_clerk", make.VILLAGE_A1)):
        who = make.person(make.VILLAGE_A1)
        ids = Question(lambda key: Person.objects.filter(pk=key).values_list("id", flat=True))
        pairs = Question(lambda key: Person.objects.filter(pk=key).values_list("id", "name"))
        assert (ids.rows(key=who.pk), pairs.rows(key=who.pk)) == ([who.pk], [(who.pk, who.name)])


def test_a_value_without_a_place_in_the_question_is_a_defect():
    with acting(make.actor("village_clerk", make.VILLAGE_A1)), pytest.raises(AssertionError, match="without a place"):
        Question(lambda key, day: Person.objects.filter(pk=key)).rows(
            key=make.person(make.VILLAGE_A1).pk, day=date(2023, 1, 1)
        )


def test_a_planned_question_sees_only_the_scope_of_its_own_transaction():
    """The plan is kept by the connection, the reach is not: it is asked again in each scope."""
    question = Question[Person](lambda key: Person.objects.filter(pk=key))
    with acting(make.actor("village_clerk", make.VILLAGE_A1)):
        who = make.person(make.VILLAGE_A1)
    for _ in range(8):  # past the point at which the server keeps one plan for all values
        with acting(make.actor("village_clerk", make.VILLAGE_A1)):
            assert question.rows(key=who.pk) == [who]
        with acting(make.actor("village_clerk", make.VILLAGE_B1)):
            assert question.rows(key=who.pk) == []


def test_lending_sets_only_what_differs_and_gives_it_back():
    with acting(make.actor("village_clerk", make.VILLAGE_A1)):
        with CaptureQueriesContext(connection), lending("orgs", Places.of([make.TOWN_B])):
            assert Station.objects.count() >= 0
            assert _setting("orgs_write_lo") != ""
            lent = _setting("orgs_read_in")
        assert _setting("orgs_read_in") != lent


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [f"vetgrid.{name}"])
        return str(cursor.fetchone()[0])
