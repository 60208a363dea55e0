"""Somebody may: what can be done with money. Maker and checker are never one person; `data/payments/duties.toml` names the pairs."""

from vetgrid.core.permission import Permission


class PaymentsPermission(Permission):
    APPROVE = "payments.approve"
    APPROVE_LARGE = "payments.approve_large"
    PREPARE = "payments.prepare"
    READ = "payments.read"
    RECONCILE = "payments.reconcile"
    RELEASE = "payments.release"
    REVIEW = "payments.review"
