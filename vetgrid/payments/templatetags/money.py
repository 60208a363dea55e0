"""Amounts and accounts as pages show them."""

from django import template

from vetgrid.core.crypto import Sealed
from vetgrid.payments import rules
from vetgrid.payments.policy import accounts

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """1,234.56; a dash when there is nothing."""
    return "—" if fen is None else rules.money(int(fen))


@register.filter
def account_label(key: str) -> str:
    found = accounts().get(key)
    return found.label if found else key


@register.filter
def account_number(value: Sealed | None, is_clear: bool) -> str:
    """The number for those who may see it, else its last four digits."""
    if value is None:
        return "—"
    return value.reveal() if is_clear else value.masked((0, 4))


@register.filter
def percent(share: int) -> str:
    """5000 hundredths of a percent are 50%."""
    return f"{share / 100:g}%"
