"""Vacancies and fairs: published in the console, found at the mini-program while they are open."""

from datetime import date

import pytest
from django.test import Client

from tests import builders as make
from tests import phone
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.employment import actions

pytestmark = pytest.mark.django_db
JOB = {
    "title": "保安",
    "employer": "示例商场",
    "place": "灵秀镇",
    "pay": "5000元/月",
    "positions": 2,
    "demands": "",
    "contact": "",
    "phone": "",
    "published_on": date(2023, 12, 1),
    "closes_on": date(2024, 1, 15),
}


def test_a_vacancy_is_found_by_a_word_until_its_last_day():
    make.county()
    clerk = make.actor("city_clerk", make.COUNTY)
    with acting(clerk):
        row = actions.keep_vacancy(JOB, division=make.COUNTY, by=clerk, today=make.TODAY)
        ended = JOB | {"title": "旧岗位", "closes_on": date(2023, 12, 20)}
        actions.keep_vacancy(ended, division=make.COUNTY, by=clerk, today=make.TODAY)
    device = phone.signed_in(phone.account())
    assert [job["title"] for job in device.get("/citizen/vacancies?q=商场").json()["items"]] == ["保安"]
    assert device.get("/citizen/vacancies?q=厨师").json()["items"] == []
    assert device.get(f"/citizen/vacancies/{row.id}").json()["pay"] == "5000元/月"


def test_a_fair_is_published_by_a_form_and_shows_to_everybody():
    make.county()
    client = Client()
    make.sign_in(client, make.user("clerk", ("city_clerk", make.COUNTY)))
    form = {
        "title": "新春招聘会",
        "on": "2024-01-20",
        "hours": "9:00",
        "place": "人才市场",
        "employers": "3",
        "positions": "40",
    }
    assert client.post("/fairs/new", form).status_code == 302
    assert client.post("/fairs/new", form | {"on": "昨天"}).status_code == 422
    assert "新春招聘会" in client.get("/fairs").content.decode()
    device = phone.signed_in(phone.account())
    assert [fair["title"] for fair in device.get("/citizen/fairs").json()] == ["新春招聘会"]


def test_who_may_not_publish_is_refused_and_two_editors_do_not_overwrite_one_another():
    make.county()
    village, clerk = make.actor("village_clerk", make.VILLAGE_A1), make.actor("city_clerk", make.COUNTY)
    with acting(village), pytest.raises(NotAllowed):
        actions.keep_vacancy(JOB, division=make.COUNTY, by=village, today=make.TODAY)
    with acting(clerk):
        row = actions.keep_vacancy(JOB, division=make.COUNTY, by=clerk, today=make.TODAY)
        with pytest.raises(Invalid):
            actions.keep_vacancy(JOB | {"title": " "}, division=make.COUNTY, by=clerk, today=make.TODAY)
        values = {"division": make.COUNTY, "by": clerk, "today": make.TODAY, "vacancy_id": row.id, "version": 1}
        actions.keep_vacancy(JOB | {"positions": 3}, **values)
        with pytest.raises(Conflict):
            actions.keep_vacancy(JOB | {"positions": 4}, **values)
