"""Do: keep what the bank says of an account: closed, frozen, or open again."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.payments.models import AccountNotice
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.registry.models import BankAccount, Person


@transaction.atomic
def report_account(*, person_id: UUID, kind: str, source: str, by: Actor, today: date) -> AccountNotice:
    """登记账户通知: of the person's present account; the gate lets no money go there until the notice is lifted."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这份档案。它可能不在您的管辖范围内。")
    require(by, PaymentsPermission.RECONCILE, at=person.division)
    if kind not in AccountNotice.Kind.values:
        raise Invalid(fields={"kind": "请从列表中选择。"})
    if not source.strip():
        raise Invalid(fields={"source": "请写明通知的来源,如银行函件的日期和文号。"})
    with lending("registry", Places.only([person.division])):
        account = BankAccount.objects.filter(person=person, known_until=None).order_by("-known_since").first()
    if account is None or account.account is None:
        raise Conflict("这份档案没有登记银行账户,没有可以通知的账户。")
    row = AccountNotice(
        payee=person,
        division=person.division,
        kind=kind,
        account=account.account,
        account_index=account.account_index,
        source=source.strip()[:200],
        reported_on=today,
        reported_by_name=by.name[:40],
    )
    row.save(force_insert=True)
    record(
        by,
        "payments.report_account",
        division=row.division,
        table="payments_accountnotice",
        row=row.id,
        person=person.id,
        reason=row.source,
    )
    return row


@transaction.atomic
def lift_notice(*, account_notice_id: UUID, reason: str, by: Actor, today: date) -> AccountNotice:
    """撤销账户通知: the account takes money again."""
    row = AccountNotice.objects.select_for_update().filter(pk=account_notice_id).first()
    if row is None:
        raise NotFound("没有找到这条账户通知。它可能不在您的管辖范围内。")
    require(by, PaymentsPermission.RECONCILE, at=row.division)
    if row.lifted_on is not None:
        raise Conflict("这条通知已经撤销过了。请刷新页面。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明撤销的依据。"})
    row.lifted_on, row.lifted_by_name, row.lifted_reason = today, by.name[:40], reason.strip()[:200]
    row.save(update_fields=["lifted_on", "lifted_by_name", "lifted_reason"])
    record(
        by,
        "payments.lift_notice",
        division=row.division,
        table="payments_accountnotice",
        row=row.id,
        person=row.payee_id,
        reason=row.lifted_reason,
    )
    return row
