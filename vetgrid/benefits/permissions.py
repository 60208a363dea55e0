"""Somebody may: what can be done with entitlements and with the parameters that decide them."""

from vetgrid.core.permission import Permission


class BenefitsPermission(Permission):
    APPLY = "benefits.apply"
    APPROVE = "benefits.approve"
    CONFIRM = "benefits.confirm"
    DECIDE = "benefits.decide"
    PROPOSE = "benefits.propose"
    READ = "benefits.read"
    RUN = "benefits.run"
