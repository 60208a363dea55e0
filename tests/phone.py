"""A phone with the mini-program for tests: a token, and JSON calls that carry a key on every write."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from tests import builders as make
from vetgrid.accounts.models import User
from vetgrid.accounts.sessions import PHONE
from vetgrid.citizens.models import Account, Authority, Binding, CitizenSession
from vetgrid.citizens.policy import policy
from vetgrid.citizens.sessions import PREFIX, hash_of, new_token
from vetgrid.core.crypto import blind
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.registry.models import Person

PREFIX_ADDRESS = "/api/v1"


@dataclass
class Phone:
    """One device; `acting_for` is the person for whom it acts."""

    token: str = ""
    acting_for: UUID | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        sent = {"Idempotency-Key": key or str(new_id())} | headers
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.acting_for:
            sent["X-Acting-For"] = str(self.acting_for)
        data = json.dumps(body, default=str) if body is not None else ""
        return self.client.generic(method, PREFIX_ADDRESS + path, data, content_type="application/json", headers=sent)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("POST", path, {} if body is None else body, **options)

    def upload(self, file: Any, path: str = "/citizen/uploads") -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(new_id())}
        return self.client.post(PREFIX_ADDRESS + path, {"file": file}, headers=headers)


def account(phone: str = "13900001234", *, has_agreed: bool = True, **values: Any) -> Account:
    with acting(make.system()):
        return Account.objects.create(
            **{
                "division": make.COUNTY,
                "phone": phone,
                "phone_index": blind(phone, "phone"),
                "made_at": timezone.now(),
                "privacy_version": policy().privacy_version if has_agreed else "",
            }
            | values
        )


def signed_in(who: Account) -> Phone:
    token = new_token()
    with acting(make.system()):
        CitizenSession.objects.create(
            account=who,
            division=who.division,
            token_hash=hash_of(token),
            way="sms",
            started_at=timezone.now(),
            last_seen_at=timezone.now(),
            address="127.0.0.1",
            agent="test",
        )
    return Phone(f"{PREFIX}.{token}")


def bind(who: Account, person: Person) -> Binding:
    with acting(make.system()):
        return Binding.objects.create(
            account=who, person=person, division=person.division, way="facts", bound_at=timezone.now()
        )


def citizen(person: Person, phone: str = "13900001234") -> Phone:
    """A phone whose account is bound to the person."""
    who = account(phone)
    bind(who, person)
    return signed_in(who)


def helper(person: Person, phone: str = "13900005678", name: str = "王小妹", **values: Any) -> Phone:
    """A phone that acts for the person with a recorded authority."""
    who = account(phone)
    with acting(make.system()):
        Authority.objects.create(
            **{
                "person": person,
                "division": person.division,
                "helper_name": name,
                "helper_phone": phone,
                "helper_index": blind(phone, "phone"),
                "relation": "child",
                "from_on": make.TODAY,
                "to_on": make.TODAY.replace(year=2024),
                "recorded_by": make.system().id,
                "recorded_by_name": "林专干",
                "recorded_at": timezone.now(),
            }
            | values
        )
    found = signed_in(who)
    found.acting_for = person.id
    return found


def clerk(user: User) -> Phone:
    """A clerk's phone in the field."""
    client = Client(raise_request_exception=False)
    token = make.sign_in(client, user)
    return Phone(f"{PHONE}.{token}")


def sent_code() -> str:
    """The code of the newest text message in the outbox."""
    with acting(make.system()):
        found = Notice.objects.filter(template="sign_in_code").order_by("-made_at", "-id").first()
        assert found is not None and found.secret is not None
        return str(found.secret.reveal())
