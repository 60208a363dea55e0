"""Encryption of personal fields behind one small interface: seal, open, and a blind index for exact search.

SM4-GCM and HMAC-SM3 (商用密码管理条例 第四十一条 asks for commercial cryptography). Every sealed value names the key that sealed it,
so keys can be rotated while old values stay readable. A sealed value never turns into text by accident: `str()` shows dots.
"""

import base64
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.db import models

_VERSION = 1
_NONCE = 12
_TAG = 16
INDEX_BYTES = 16


class KeyMissing(Exception):
    """A value was sealed with a key that this installation does not hold, or was altered."""


@dataclass(frozen=True)
class Key:
    """One secret with its number; numbers only grow, the largest is the one in use."""

    number: int
    secret: bytes


@dataclass(frozen=True)
class Keyring:
    """The data keys (SM4, 16 bytes) and index keys (HMAC-SM3, 32 bytes), oldest first."""

    data: tuple[Key, ...]
    index: tuple[Key, ...]

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Encrypts; `purpose` is bound in, so a value cannot be moved to a column of another purpose."""
        key = self.data[-1]
        nonce = os.urandom(_NONCE)
        encryptor = Cipher(algorithms.SM4(key.secret), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(purpose.encode())
        body = encryptor.update(text.encode()) + encryptor.finalize()
        return bytes([_VERSION]) + key.number.to_bytes(2, "big") + nonce + body + encryptor.tag

    def open(self, sealed: bytes, *, purpose: str) -> str:
        """Decrypts; raises KeyMissing when the key is unknown or the value was altered."""
        number = int.from_bytes(sealed[1:3], "big")
        key = next((key for key in self.data if key.number == number), None)
        if sealed[:1] != bytes([_VERSION]) or key is None or len(sealed) < 3 + _NONCE + _TAG:
            raise KeyMissing(f"no data key number {number}")
        nonce, body, tag = sealed[3 : 3 + _NONCE], sealed[3 + _NONCE : -_TAG], sealed[-_TAG:]
        decryptor = Cipher(algorithms.SM4(key.secret), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(purpose.encode())
        try:
            return (decryptor.update(body) + decryptor.finalize()).decode()
        except InvalidTag as error:
            raise KeyMissing("the sealed value was altered") from error

    def index_of(self, text: str, *, purpose: str, key: Key | None = None) -> bytes:
        """The blind index under one index key (the newest by default)."""
        mac = hmac.HMAC((key or self.index[-1]).secret, hashes.SM3())
        mac.update(purpose.encode() + b"\0" + text.encode())
        return mac.finalize()[:INDEX_BYTES]

    def indexes_of(self, text: str, *, purpose: str) -> list[bytes]:
        """The blind indexes under all index keys: what a search asks for while a rotation is under way."""
        return [self.index_of(text, purpose=purpose, key=key) for key in self.index]


def new_key(number: int, *, size: int) -> Key:
    return Key(number, secrets.token_bytes(size))


def write_keyring(path: Path, ring: Keyring) -> None:
    """Writes the key file readable by its owner only, in one step: a crash leaves the old file or the new one."""
    body = {
        kind: [{"number": key.number, "secret": base64.b64encode(key.secret).decode()} for key in keys]
        for kind, keys in (("data", ring.data), ("index", ring.index))
    }
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(body, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    keyring.cache_clear()


def read_keyring(path: Path) -> Keyring:
    body = json.loads(path.read_text())

    def keys(kind: str) -> tuple[Key, ...]:
        return tuple(Key(entry["number"], base64.b64decode(entry["secret"])) for entry in body[kind])

    return Keyring(keys("data"), keys("index"))


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The installation's keys, made on first use."""
    path = Path(settings.KEYS_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_keyring(path, Keyring((new_key(1, size=16),), (new_key(1, size=32),)))
    return read_keyring(path)


class Sealed:
    """An encrypted text in memory: opens only on `reveal()`, shows as dots everywhere else."""

    __slots__ = ("data", "purpose")

    def __init__(self, data: bytes, purpose: str) -> None:
        self.data = data
        self.purpose = purpose

    @classmethod
    def of(cls, text: str, purpose: str) -> "Sealed":
        return cls(keyring().seal(text, purpose=purpose), purpose)

    def reveal(self) -> str:
        return keyring().open(self.data, purpose=self.purpose)

    def masked(self, keep: Sequence[int]) -> str:
        """The first `keep[0]` and last `keep[1]` characters, dots between; all dots when the text is too short."""
        return mask(self.reveal(), keep)

    def __str__(self) -> str:
        return "••••"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.purpose == self.purpose and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash((self.purpose, self.reveal()))


def mask(text: str, keep: Sequence[int]) -> str:
    """'350581199001011234' with keep (6, 4) is '350581••••••••1234'."""
    head, tail = keep
    if len(text) <= head + tail:
        return "•" * len(text)
    return text[:head] + "•" * (len(text) - head - tail) + (text[-tail:] if tail else "")


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # the stubs fix BinaryField's value type to bytes
    """A column of sealed text; takes str or Sealed, gives Sealed or None."""

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("null", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.purpose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = Sealed.of(value, self.purpose) if value else None
        return super().get_db_prep_value(value.data if isinstance(value, Sealed) else value, connection, prepared)


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]  # as above
    """A column holding the blind index of a text, for exact search; give it `blind(text, purpose)`."""


def blind(text: str | None, purpose: str) -> bytes | None:
    return keyring().index_of(text, purpose=purpose) if text else None


def blinds(text: str, purpose: str) -> list[bytes]:
    """What to search for: `filter(id_index__in=blinds(...))`."""
    return keyring().indexes_of(text, purpose=purpose)
