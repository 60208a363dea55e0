"""Applications become awards, awards change by dated events, confirmations lapse, and nobody stops being paid on one source."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as make
from vetgrid.benefits.actions import (
    Cause,
    Told,
    Wanted,
    apply,
    change,
    confirm,
    grant,
    lapse,
    move_out,
    refuse,
    report_death,
    submit,
    take_back,
    tick_papers,
    undo_death,
)
from vetgrid.benefits.models import Award, AwardEvent, AwardPeriod, BenefitFact, DeathReport, Decision, Pending
from vetgrid.benefits.tests.county import COUNTY, TODAY, awarded, disabled, old_soldier
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting
from vetgrid.registry.actions.life import confirm_death
from vetgrid.registry.models import Person
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
PAPERS = ("残疾军人证", "居民身份证", "银行账户")
JUNE, DECEMBER = month_of(2023, 6), month_of(2023, 12)


@pytest.fixture
def county():
    return make.staffed_county()


def applied(county, who, programme="disability_pension", month=JUNE, papers=PAPERS):
    with acting(county["as_clerk"]):
        wanted = Wanted(programme, month, "window", papers)
        return apply(person_id=who.id, wanted=wanted, by=county["as_clerk"], today=TODAY)


def submitted(county, who, **values):
    application = applied(county, who, **values)
    with acting(county["as_clerk"]):
        return submit(application_id=application.id, by=county["as_clerk"], today=TODAY)


def periods(award):
    with acting(make.system()):
        return list(
            AwardPeriod.objects.filter(award=award).order_by("from_month").values_list("from_month", "to_month")
        )


def test_an_application_is_not_submitted_before_every_paper_is_there(county):
    application = applied(county, disabled(), papers=("残疾军人证",))
    clerk = county["as_clerk"]
    with acting(clerk):
        with pytest.raises(Invalid, match="居民身份证、银行账户"):
            submit(application_id=application.id, by=clerk, today=TODAY)
        tick_papers(application_id=application.id, papers=PAPERS, by=clerk, today=TODAY)
        assert submit(application_id=application.id, by=clerk, today=TODAY).state == "submitted"


def test_a_grant_makes_a_decision_and_starts_the_award_in_the_month_of_approval(county):
    who = disabled()
    application = submitted(county, who)
    boss = county["as_section"]
    with acting(boss):
        done = grant(application_id=application.id, by=boss, today=TODAY)
    with acting(make.system()):
        award = Award.objects.get(person=who)
        decision = Decision.objects.get(pk=done.decision_id)
        assert (award.state, award.from_month, award.decision_id) == ("active", DECEMBER, decision.id)
        assert decision.starts_month == DECEMBER
        assert decision.amount_fen > 0
        assert not WorkItem.objects.filter(subject_id=application.id, closed_on=None).exists()


def test_what_rules_give_from_an_age_starts_in_the_month_applied_for(county):
    who = old_soldier()
    papers = ("退役证件", "居民身份证", "居民户口簿", "银行账户")
    application = submitted(county, who, programme="rural_over60", papers=papers)
    with acting(county["as_section"]):
        grant(application_id=application.id, by=county["as_section"], today=TODAY)
    with acting(make.system()):
        assert Award.objects.get(person=who).from_month == month_of(2023, 6)


def test_nobody_grants_what_he_took_down_himself(county):
    city = county["as_city_clerk"]
    who = disabled()
    with acting(city):
        wanted = Wanted("disability_pension", DECEMBER, "window", PAPERS)
        application = apply(person_id=who.id, wanted=wanted, by=city, today=TODAY)
        submit(application_id=application.id, by=city, today=TODAY)
        with pytest.raises(NotAllowed):
            grant(application_id=application.id, by=city, today=TODAY)


def test_the_rules_refuse_a_grant_and_a_refusal_is_written_with_its_receipt(county):
    who = disabled(grade=8, cause="illness")
    application = submitted(county, who)
    boss = county["as_section"]
    with acting(boss):
        with pytest.raises(Conflict, match="因病致残"):
            grant(application_id=application.id, by=boss, today=TODAY)
        with pytest.raises(Invalid):
            refuse(application_id=application.id, reason=" ", by=boss, today=TODAY)
        done = refuse(application_id=application.id, reason="七级以下因病不享受抚恤", by=boss, today=TODAY)
    with acting(make.system()):
        assert done.state == "refused"
        assert "因病致残" in Decision.objects.get(pk=done.decision_id).receipt
        assert not Award.objects.filter(person=who).exists()


def test_a_second_application_for_the_same_is_refused_with_a_sentence(county):
    who = disabled()
    applied(county, who)
    with pytest.raises(Conflict, match="已有一份申请"):
        applied(county, who)
    awarded(who, "disability_pension")
    with pytest.raises(Conflict, match="已在享受"):
        applied(county, who)


def test_a_sentenced_man_is_suspended_and_what_fell_away_is_not_paid_later(county):
    award = awarded(disabled(), "disability_pension")
    boss = county["as_section"]
    with acting(boss):
        with pytest.raises(Invalid) as refused:
            change(award_id=award.id, move="suspend", month=month_of(2023, 3), cause=Cause(" "), by=boss, today=TODAY)
        assert set(refused.value.fields) == {"reason", "article"}
        cause = Cause("被判处有期徒刑", "军人抚恤优待条例第五十九条")
        change(award_id=award.id, move="suspend", month=month_of(2023, 3), cause=cause, by=boss, today=TODAY)
        change(award_id=award.id, move="resume", month=month_of(2023, 9), cause=Cause("刑满"), by=boss, today=TODAY)
    assert periods(award)[0][1] == month_of(2023, 3)
    assert periods(award)[1][0] == month_of(2023, 9)


def test_who_moves_away_is_paid_to_december(county):
    award = awarded(disabled(), "disability_pension")
    boss = county["as_section"]
    with acting(boss):
        move_out(award_id=award.id, moved_on=date(2023, 2, 3), cause=Cause("迁往晋江"), by=boss, today=TODAY)
    assert periods(award) == [(month_of(2019, 1), month_of(2024, 1))]


def test_one_source_opens_an_item_and_stops_nothing_two_that_agree_end_the_pay(county):
    who = disabled()
    award = awarded(who, "disability_pension")
    clerk = county["as_clerk"]
    with acting(clerk):
        report = report_death(person_id=who.id, told=Told("police", date(2023, 11, 20)), by=clerk, today=TODAY)
    with acting(make.system()):
        award.refresh_from_db()
        assert award.state == "active"
        assert WorkItem.objects.filter(kind="death_report", subject_id=report.id, closed_on=None).count() == 1
        assert not BenefitFact.objects.filter(person=who, group="death").exists()
    with acting(clerk):
        report_death(person_id=who.id, told=Told("family", date(2023, 11, 21), kind="illness"), by=clerk, today=TODAY)
    with acting(make.system()):
        award.refresh_from_db()
        assert (award.state, award.to_month) == ("stopped", DECEMBER)
        assert BenefitFact.objects.get(person=who, group="death").values == {"died": "2023-11", "death_kind": "illness"}
        assert not WorkItem.objects.filter(kind="death_report", closed_on=None).exists()


def test_the_registrys_death_alone_stops_nothing_and_agrees_with_a_second_source(county):
    who = disabled()
    award = awarded(who, "disability_pension")
    with acting(make.system()):
        person = Person.objects.get(pk=who.pk)
        confirm_death(person, died_on="2023-11-20", source="civil_affairs", note="", by=make.system(), today=TODAY)
        award.refresh_from_db()
        assert award.state == "active"
        report_death(person_id=who.id, told=Told("health", date(2023, 11, 20)), by=make.system(), today=TODAY)
        award.refresh_from_db()
        assert award.state == "stopped"


def test_a_mistaken_report_is_taken_back_and_a_mistaken_death_pays_again_without_a_gap(county):
    who = disabled()
    award = awarded(who, "disability_pension")
    with acting(make.system()):
        by = make.system()
        first = report_death(person_id=who.id, told=Told("police", date(2023, 8, 1)), by=by, today=TODAY)
        take_back(report_id=first.id, reason="本人在家", by=by, today=TODAY)
        assert not WorkItem.objects.filter(kind="death_report", closed_on=None).exists()
        for source in ("police", "family"):
            report_death(person_id=who.id, told=Told(source, date(2023, 8, 1)), by=by, today=TODAY)
        assert undo_death(person_id=who.id, reason="同名同姓", by=by, today=TODAY) == 1
        again = Award.objects.get(person=who, state="active")
        assert again.from_month == month_of(2023, 9)
        assert not DeathReport.objects.filter(person=who, outcome="confirmed").exists()
    assert periods(award) == [(month_of(2019, 1), month_of(2023, 9))]


def test_without_confirmation_pay_lapses_after_the_days_of_grace_and_comes_back_whole(county):
    late, done = disabled(), disabled(name="伤残二")
    award, other = awarded(late, "disability_pension"), awarded(done, "disability_pension")
    clerk = county["as_clerk"]
    with acting(clerk):
        confirm(person_id=done.id, way="visit", confirmed_on=date(2023, 5, 1), by=clerk, today=TODAY)
    with acting(make.system()):
        # 31 October and 60 days of grace: the 28th is too early for 2023, and 2022 counts; both were never confirmed for it but one is.
        assert lapse(places=COUNTY, by=make.system(), today=date(2023, 12, 30)) == 1
        award.refresh_from_db()
        other.refresh_from_db()
        assert (award.state, other.state) == ("suspended", "active")
    assert periods(award) == [(month_of(2019, 1), DECEMBER)]
    with acting(clerk):
        confirm(person_id=late.id, way="video", confirmed_on=date(2024, 1, 10), by=clerk, today=date(2024, 1, 10))
    with acting(make.system()):
        award.refresh_from_db()
        assert award.state == "active"
    assert len(periods(award)) == 1 and periods(award)[0][0] == month_of(2019, 1)


def test_events_are_only_added_also_for_the_owners_ordinary_statements(county, as_owner):
    award = awarded(disabled(), "disability_pension")
    for statement in ("UPDATE benefits_awardevent SET month = 1", "DELETE FROM benefits_awardevent"):
        with acting(make.system()), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with acting(make.system()):
        assert AwardEvent.objects.filter(award=award).count() == 1
        assert Pending.objects.filter(person_id=award.person_id).exists()
