"""Where this installation lives: its home folder with secrets, keys and files, and which county it serves.

Home is `$VETGRID_HOME`, or `.vetgrid/` in the checkout. Nothing in it belongs in a repository.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DATA = CHECKOUT / "data"


def home() -> Path:
    """The home folder, made readable by its owner only on first use."""
    path = Path(os.environ.get("VETGRID_HOME") or CHECKOUT / ".vetgrid").absolute()
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return path


@dataclass(frozen=True)
class Instance:
    """Which county this is. `fixed_day` stops the business calendar (demo only)."""

    county: str = "350581"
    county_name: str = "石狮市"
    is_demo: bool = False
    fixed_day: str = ""

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.fixed_day) if self.fixed_day else None


def instance() -> Instance:
    """The installation's own description; the plain default before `vetgrid init` or `vetgrid demo` wrote one."""
    path = home() / "instance.json"
    return Instance(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Instance()


def write_instance(description: Instance) -> None:
    _write_private(home() / "instance.json", json.dumps(asdict(description), ensure_ascii=False))


def secret(name: str) -> str:
    """A random secret of this installation, made on first use and kept in the home folder (mode 0600)."""
    path = home() / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if name not in known:
        known[name] = secrets.token_urlsafe(40)
        _write_private(path, json.dumps(known))
    return known[name]


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
