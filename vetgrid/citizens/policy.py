"""The limits in force, from `data/policy/citizens.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Policy:
    """Every number may be changed in the file."""

    idle: timedelta
    longest: timedelta
    code_life: timedelta
    code_tries: int
    codes_per_phone: int
    codes_per_address: int
    wrong_per_phone: int
    wrong_per_address: int
    binds_per_account: int
    binds_per_number: int
    binds_per_address: int
    authority_days: int
    per_helper: int
    campaign_fields: int
    campaign_bytes: int
    privacy_version: str


@cache
def policy() -> Policy:
    body = tomllib.loads((settings.DATA / "policy" / "citizens.toml").read_text(encoding="utf-8"))
    session, code, binding = body["session"], body["code"], body["binding"]
    return Policy(
        idle=timedelta(days=session["idle_days"]),
        longest=timedelta(days=session["longest_days"]),
        code_life=timedelta(minutes=code["minutes"]),
        code_tries=code["tries"],
        codes_per_phone=code["per_phone_hour"],
        codes_per_address=code["per_address_hour"],
        wrong_per_phone=code["wrong_per_phone_hour"],
        wrong_per_address=code["wrong_per_address_hour"],
        binds_per_account=binding["per_account_day"],
        binds_per_number=binding["per_number_day"],
        binds_per_address=binding["per_address_day"],
        authority_days=body["authority"]["longest_days"],
        per_helper=body["authority"]["per_helper"],
        campaign_fields=body["campaign"]["max_fields"],
        campaign_bytes=body["campaign"]["max_bytes"],
        privacy_version=body["privacy"]["version"],
    )
