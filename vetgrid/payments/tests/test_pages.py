"""The pages of payments: they open for those who may, show what they should, and their buttons do what they say."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import builders as make
from vetgrid.core.scope import acting
from vetgrid.payments import actions, policy, tasks
from vetgrid.payments.actions import working
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return paying.Office()


def client_of(role, name, at=make.COUNTY):
    client = Client()
    make.sign_in(client, make.user(f"user-{role}-{name}", (role, at), name=name))
    return client


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_run_is_taken_through_its_whole_life_by_its_buttons(office):
    people = paying.payees(2)
    dead = paying.payee("王老五", account="6222001300000001", died_on="2023-11")
    run = paying.draft(office, [claim(one, 100_00) for one in [*people, dead]])
    at = f"/payments/runs/{run.id}"
    maker, checker = client_of("city_clerk", "编制"), client_of("section_chief", "复核")
    leader, cashier = client_of("bureau_leader", "审批"), client_of("finance_officer", "出纳")
    assert "优抚待遇" in page(maker, "/payments")
    assert "核查" in page(maker, f"{at}/moves/gate")
    assert maker.post(f"{at}/moves/gate", {}).status_code == 302
    assert "去世" in page(checker, f"{at}?tab=findings")
    answer = checker.post(f"{at}/moves/review", {})
    assert answer.status_code == 422 and "还有1条核查发现没有处理" in answer.content.decode()
    with acting(make.system()):
        finding = run.findings.get()
    assert "签署放行" in page(checker, f"/payments/findings/{finding.id}/sign-off")
    assert (
        checker.post(f"/payments/findings/{finding.id}/sign-off", {"reason": "十一月应发,付给遗属"}).status_code == 302
    )
    assert "十一月应发" in page(checker, f"{at}?tab=findings&all=1")
    assert checker.post(f"{at}/moves/review", {"note": ""}).status_code == 302
    assert leader.post(f"{at}/moves/approve", {"note": "同意"}).status_code == 302
    answer = cashier.post(f"{at}/moves/release", {"format_key": "csv_gb18030", "is_checked": "on"})
    assert answer.status_code == 302
    body = page(cashier, f"{at}?tab=files")
    assert "DF202312-001.csv" in body
    with acting(make.system()):
        lines = [(line, "0000") for line in PayLine.objects.filter(run=run)]
        file = run.files.get()
    assert cashier.get(f"/payments/files/{file.id}").content.decode("gb18030").startswith("明细号,账号")
    upload = SimpleUploadedFile("回盘.csv", paying.returned(lines, run))
    paying.worked(cashier.post(f"{at}/moves/take_return", {"format_key": "return_csv_gb18030", "file": upload}))
    with acting(make.system()):
        assert PayRun.objects.get(pk=run.id).state == "settled"
    assert cashier.post(f"{at}/moves/close", {"note": ""}).status_code == 302
    for tab in ("", "findings", "lines", "files"):
        assert "已归档" in page(cashier, f"{at}?tab={tab}")
    assert "借贷平衡" in page(cashier, "/payments/accounts")


def test_account_numbers_are_masked_for_those_who_may_not_see_them(office):
    (one,) = paying.payees(1)
    run = paying.draft(office, [claim(one, 100_00)])
    clerk, cashier = client_of("city_clerk", "编制"), client_of("finance_officer", "出纳")
    assert "6222001200000000" not in page(clerk, f"/payments/runs/{run.id}?tab=lines")
    assert "0000" in page(clerk, f"/payments/runs/{run.id}?tab=lines")
    assert "6222001200000000" in page(cashier, f"/payments/runs/{run.id}?tab=lines")


def test_a_town_reads_the_ledger_of_its_own_people_alone(office):
    here, there = (
        paying.payee("王甲", account="6222001300000001"),
        paying.payee("王乙", account="6222001300000002", division=make.VILLAGE_B1),
    )
    run = paying.release(office, paying.draft(office, [claim(here, 100_00), claim(there, 200_00)]))
    town = client_of("town_head", "站长", make.TOWN_A)
    body = page(town, f"/payments/people/{here.id}")
    assert "王甲的待遇台账" in body and "100.00" in body
    page(town, f"/payments/people/{there.id}", 404)
    page(town, f"/payments/runs/{run.id}", 404)
    with acting(make.system()):
        line = PayLine.objects.get(payee=here)
    assert "残疾抚恤金" in page(town, f"/payments/lines/{line.id}")


def test_a_large_run_is_worked_on_in_the_background(office, monkeypatch):
    monkeypatch.setitem(policy._read("thresholds.toml")["large_work"][0], "rows", 1)
    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    maker = client_of("city_clerk", "编制")
    assert maker.post(f"/payments/runs/{run.id}/moves/gate", {}).status_code == 302
    with acting(make.system()):
        run = PayRun.objects.get(pk=run.id)
    assert (run.state, run.pending) == ("draft", "gate")
    body = page(maker, f"/payments/runs/{run.id}")
    assert "后台正在办理“核查”" in body
    answer = maker.get(f"/payments/runs/{run.id}", headers={"HX-Request": "true"})
    assert "hx-trigger" in answer.content.decode()
    with pytest.raises(Exception, match="后台正在办理"):
        office.act(office.maker, actions.cancel, run_id=run.id, reason="x")
    for _ in range(2):
        tasks.do_step.func(run_id=str(run.id))
    with acting(make.system()):
        run = PayRun.objects.get(pk=run.id)
        assert (run.state, run.pending) == ("gated", "")
        assert run.steps.filter(move="gate").count() == 1
    answer = maker.get(f"/payments/runs/{run.id}", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/payments/runs/{run.id}"


def test_a_step_whose_job_was_lost_is_queued_again(office):
    from procrastinate.contrib.django.models import ProcrastinateJob

    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    office.act(office.maker, working.ask_for, run_id=run.id, move="gate")
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="do_step")
    tasks.pick_up.func(timestamp=0)
    assert jobs.count() == 0, "it has not waited long enough"
    with acting(make.system()):
        PayRun.objects.filter(pk=run.id).update(pending_at=timezone.now() - timedelta(minutes=1))
    for _ in range(2):
        tasks.pick_up.func(timestamp=0)
    assert jobs.count() == 1


def test_a_refused_background_step_says_why_and_frees_the_run(office, monkeypatch):
    run = paying.draft(office, [claim(paying.payees(1)[0], 100_00)])
    paying.approve(office, paying.gate(office, run))
    monkeypatch.setitem(policy._read("thresholds.toml")["large_work"][0], "rows", 1)
    cashier = client_of("finance_officer", "出纳")
    asked = {"format_key": "csv_gb18030", "is_checked": "on"}
    assert cashier.post(f"/payments/runs/{run.id}/moves/release", asked).status_code == 302
    with acting(make.system()):
        PayLine.objects.filter(run=run).update(holder="别人")
    tasks.do_step.func(run_id=str(run.id))
    assert "上一步没有办成:批次冻结后" in page(cashier, f"/payments/runs/{run.id}")


def test_what_the_bank_says_of_an_account_is_kept_and_lifted(office):
    one = paying.payee("王甲", account="6222001300000001")
    cashier = client_of("finance_officer", "出纳")
    at = f"/payments/people/{one.id}"
    assert cashier.post(f"{at}/account-notice", {"kind": "frozen", "source": "农商行函1号"}).status_code == 302
    assert "停止付款" in page(cashier, at)
    run = paying.gate(office, paying.draft(office, [claim(one, 100_00)]))
    with acting(make.system()):
        assert [row.check_key for row in run.findings.all()] == ["account_notice"]
        notice = one.account_notices.get()
    assert cashier.post(f"/payments/account-notices/{notice.id}/lift", {"reason": "已解冻"}).status_code == 302
    run = paying.gate(office, run)
    with acting(make.system()):
        assert run.findings.get().cleared_at is not None


def test_the_persons_file_leads_to_his_ledger_for_whoever_reads_payments(office):
    one = paying.payees(1)[0]
    paying.release(office, paying.draft(office, [claim(one, 123_00)]))
    cashier = client_of("finance_officer", "出纳")
    assert f"/payments/person/{one.id}/panel" in page(cashier, f"/people/{one.id}")
    shown = page(cashier, f"/payments/person/{one.id}/panel")
    assert f"/payments/people/{one.id}" in shown and "123.00元" in shown
    stranger = client_of("auditor", "审计")
    assert stranger.get(f"/payments/person/{one.id}/panel").status_code == 403
