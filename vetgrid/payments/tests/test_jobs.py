"""Drafts and returns in the background: a bar that moves, cancel that leaves nothing, taking up again, and once only after a kill."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import builders as make
from vetgrid.accounts.models import User
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.scope import acting
from vetgrid.payments import actions, jobs, tasks
from vetgrid.payments.actions.asking import begin_job
from vetgrid.payments.models import PayFile, PayJob, PayLine, PayRun
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import MONTH, claim

TODAY = make.TODAY


def office_with_accounts():
    """An office whose maker and cashier have accounts: the worker acts in the name of who asked."""
    found = paying.Office()
    for name, role in (("maker", "city_clerk"), ("cashier", "finance_officer")):
        user = make.user(name, (role, make.COUNTY), name=name)
        setattr(found, name, make.Actor(id=user.id, name=name, held=make.held_from([(role, make.COUNTY)])))
    return found


def owed(office, count=3):
    """People whose money came back from the bank, so that a reissue has somebody to pay; returns them."""
    people = paying.payees(count)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    paying.settle(office, run, rejected=people)
    return people


def ask(office):
    asked = {"kind": "reissue", "division": make.COUNTY, "month": MONTH, "label": "重发"}
    return office.act(office.maker, actions.ask_for_draft, **asked)


def again(job):
    with acting(make.system()):
        return PayJob.objects.get(pk=job.id)


def reissues():
    with acting(make.system()):
        return list(PayRun.objects.filter(kind="reissue"))


def client_of(name):
    client = Client()
    with acting(make.system()):
        user = User.objects.get(username=name)
    make.sign_in(client, user)
    return client


@pytest.mark.django_db
def test_a_draft_asked_for_is_made_by_the_worker_in_the_name_of_who_asked():
    office = office_with_accounts()
    owed(office)
    job = ask(office)
    assert (job.state, reissues()) == ("waiting", [])
    tasks.do_job(str(job.id))
    (run,) = reissues()
    assert (run.made_by, run.payees, run.total_fen) == (office.maker.id, 3, 300_00)
    found = again(job)
    assert (found.state, found.run_id) == ("done", run.id)
    tasks.do_job(str(job.id))
    assert len(reissues()) == 1


@pytest.mark.django_db
def test_one_draft_of_a_kind_and_place_at_a_time_and_only_who_asked_may_cancel_it():
    office = office_with_accounts()
    job = ask(office)
    with pytest.raises(Conflict, match="已经在后台办理"):
        ask(office)
    other = make.actor("city_clerk", make.COUNTY, "别人")
    with pytest.raises(NotAllowed, match="由别人交办"):
        office.act(other, actions.cancel_job, job_id=job.id)
    office.act(office.maker, actions.cancel_job, job_id=job.id)
    tasks.do_job(str(job.id))
    assert again(job).state == "cancelled" and reissues() == []
    ask(office)


@pytest.mark.django_db
def test_a_month_is_not_drafted_while_a_run_before_it_waits_to_be_released():
    office = office_with_accounts()
    people = paying.payees(2)
    asked = {"kind": "month", "division": make.COUNTY, "month": MONTH, "label": ""}
    waiting = paying.draft(office, [claim(one, 100_00) for one in people])
    with pytest.raises(Conflict, match=f"批次 {waiting.number}.*还没有放行"):
        office.act(office.maker, actions.ask_for_draft, **asked)
    paying.release(office, waiting)
    job = office.act(office.maker, actions.ask_for_draft, **asked)
    office.act(office.maker, actions.cancel_job, job_id=job.id)
    paying.draft(office, [claim(one, 200_00) for one in people])
    with pytest.raises(Conflict, match="还没有放行"):
        office.act(office.maker, actions.resume_job, job_id=job.id)
    assert again(job).state == "cancelled"


@pytest.mark.django_db
def test_a_cancelled_draft_is_not_taken_up_beside_another_of_its_kind():
    office = office_with_accounts()
    job = ask(office)
    office.act(office.maker, actions.cancel_job, job_id=job.id)
    ask(office)
    with pytest.raises(Conflict, match="已经在后台办理"):
        office.act(office.maker, actions.resume_job, job_id=job.id)


@pytest.mark.django_db
def test_what_a_kill_left_running_is_queued_again_and_done_once():
    office = office_with_accounts()
    owed(office)
    job = ask(office)
    with acting(make.system()) as system:
        assert begin_job(job_id=job.id, by=system)
        PayJob.objects.filter(pk=job.id).update(asked_at=timezone.now() - timedelta(minutes=5))
    tasks.pick_up(0)
    assert ProcrastinateJob.objects.filter(lock=f"pay_job:{job.id}").count() == 1
    tasks.pick_up(0)
    assert ProcrastinateJob.objects.filter(lock=f"pay_job:{job.id}").count() == 1
    tasks.do_job(str(job.id))
    assert again(job).state == "done" and len(reissues()) == 1


@pytest.mark.django_db
def test_a_return_file_is_looked_at_when_it_is_handed_in_and_matched_by_the_worker():
    office = office_with_accounts()
    people = paying.payees(2)
    run = paying.release(office, paying.draft(office, [claim(one, 100_00) for one in people]))
    asked = {"run_id": run.id, "name": "回盘.csv", "format_key": "return_csv_gb18030"}
    with pytest.raises(Invalid):
        office.act(office.cashier, actions.ask_to_take_return, body=b"", **asked)
    with acting(make.system()):
        lines = [(line, "0000") for line in PayLine.objects.filter(run=run)]
    body = paying.returned(lines, run)
    job = office.act(office.cashier, actions.ask_to_take_return, body=body, **asked)
    tasks.do_job(str(job.id))
    with acting(make.system()):
        assert PayRun.objects.get(pk=run.id).state == "settled"
        file = PayFile.objects.get(run=run, way="returned")
    assert file.file == job.file and (again(job).state, again(job).run_id) == ("done", run.id)


@pytest.mark.django_db
def test_what_is_refused_says_why_and_can_be_taken_up_again(monkeypatch):
    office = office_with_accounts()
    owed(office)
    job = ask(office)

    def refuses(*_):
        raise Conflict("今天不行。请明天再来。")

    with monkeypatch.context() as patched:
        patched.setitem(jobs._declared, "reissue", refuses)
        tasks.do_job(str(job.id))
    assert (again(job).state, again(job).problem) == ("failed", "今天不行。请明天再来。")
    client = client_of("maker")
    body = client.get(f"/payments/jobs/{job.id}").content.decode()
    assert "今天不行" in body and "重新办理" in body
    assert client.post(f"/payments/jobs/{job.id}/resume").status_code == 302
    assert again(job).state == "waiting"
    assert "progress" in client.get(f"/payments/jobs/{job.id}").content.decode()
    assert "编制重发批次" in client.get("/payments").content.decode()
    tasks.do_job(str(job.id))
    answer = client.get(f"/payments/jobs/{job.id}")
    assert answer["Location"] == f"/payments/runs/{reissues()[0].id}"
    asked = client.get(f"/payments/jobs/{job.id}", headers={"HX-Request": "true"})
    assert asked["HX-Redirect"] == f"/payments/jobs/{job.id}"


@pytest.mark.django_db
def test_the_page_of_returns_answers_at_once_with_the_job():
    office = office_with_accounts()
    run = paying.release(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))
    upload = SimpleUploadedFile("回盘.csv", "头\r\n合计,0,0,,,".encode("gb18030"))
    form = {"format_key": "return_csv_gb18030", "file": upload}
    answer = client_of("cashier").post(f"/payments/runs/{run.id}/moves/take_return", form)
    assert answer["Location"].startswith("/payments/jobs/")


def in_thread(work):
    """Somebody else's session: another connection, which sees only what is committed."""
    errors: list[BaseException] = []

    def run():
        from django.db import connection

        try:
            work()
        except BaseException as error:  # shown by the test itself
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not errors, errors


def test_a_job_cancelled_in_the_middle_leaves_nothing_and_begins_anew_when_taken_up(own_database, monkeypatch):
    office = office_with_accounts()
    owed(office)
    job = ask(office)
    seen: list[tuple[int, int]] = []
    real = jobs.teller

    def teller(job_id):
        tell = real(job_id)

        def told(done, total):
            tell(done, total)
            seen.append((again_in_thread(job_id), total))
            if done == 1:
                in_thread(lambda: office.act(office.maker, actions.cancel_job, job_id=job_id))
                tell(done, total)

        return told

    def again_in_thread(job_id):
        found: list[int] = []

        def look():
            with acting(make.system()):
                found.append(PayJob.objects.get(pk=job_id).done)

        in_thread(look)
        return found[0]

    monkeypatch.setattr(jobs, "teller", teller)
    tasks.do_job(str(job.id))
    assert seen == [(0, 2), (1, 2)], "the bar moves while the work's own transaction is still open"
    assert again(job).state == "cancelled" and reissues() == []
    monkeypatch.setattr(jobs, "teller", real)
    office.act(office.maker, actions.resume_job, job_id=job.id)
    tasks.do_job(str(job.id))
    assert again(job).state == "done" and len(reissues()) == 1
