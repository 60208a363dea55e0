"""New keys: makes them, seals every personal field anew and computes every blind index anew, table by table."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model

from vetgrid.core.clock import today
from vetgrid.core.crypto import BlindIndexField, Keyring, Sealed, SealedField, blind, keyring, new_key, write_keyring
from vetgrid.core.scope import acting, system_actor
from vetgrid.payments.actions.rekeying import keep_frozen
from vetgrid.payments.freezing import intact

_BLOCK = 1000
INDEXED = {"id_index": "id_number", "phone_index": "phone", "account_index": "account", "helper_index": "helper_phone"}
"""Which blind index belongs to which sealed column."""


def rotate() -> int:
    """Adds a data and an index key and moves everything to them; old data keys stay, because the trail holds old values.

    Runs in blocks: stopped half-way it goes on where it was, since values under the old keys stay readable and searchable.
    """
    with acting(system_actor("更换密钥")):
        frozen = intact(today=today().isoformat())
    old = keyring()
    ring = Keyring(
        (*old.data, new_key(old.data[-1].number + 1, size=16)), (*old.index, new_key(old.index[-1].number + 1, size=32))
    )
    write_keyring(settings_path(), ring)
    with acting(system_actor("更换密钥")) as by:
        total = sum(_reseal(model) for model in apps.get_models() if model.__module__.startswith("vetgrid."))
        keep_frozen(run_ids=frozen, by=by, today=today())
    write_keyring(settings_path(), Keyring(ring.data, ring.index[-1:]))
    print(f"密钥已更换,{total}行已用新密钥重新加密。请立即备份密钥文件。")
    return 0


def settings_path() -> Path:
    return Path(settings.KEYS_FILE)


def _reseal(model: type[Model]) -> int:
    sealed = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    indexes = [field.name for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]
    done, last = 0, None
    while sealed:
        rows = model._default_manager.order_by("pk")
        block = list((rows.filter(pk__gt=last) if last is not None else rows)[:_BLOCK])
        if not block:
            break
        for row in block:
            _renew(row, sealed, indexes)
        with transaction.atomic():
            model._default_manager.bulk_update(block, [*sealed, *indexes])
        done, last = done + len(block), block[-1].pk
    return done


def _renew(row: Model, sealed: list[str], indexes: list[str]) -> None:
    for name in sealed:
        value = getattr(row, name)
        if isinstance(value, Sealed):
            setattr(row, name, Sealed.of(value.reveal(), value.purpose))
    for name in indexes:
        value = getattr(
            row, INDEXED.get(name, "") if hasattr(row, INDEXED.get(name, "")) else name.removesuffix("_index")
        )
        if isinstance(value, Sealed):
            setattr(row, name, blind(value.reveal(), value.purpose))
