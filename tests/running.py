"""The whole program as a user runs it: `vetgrid demo` in a home of its own, database, web and worker as real processes."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pyotp

from vetgrid.config import embedded, postgres_programs

ROOT = Path(__file__).parents[1]
VETGRID = [sys.executable, "-m", "vetgrid.cli"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A running demo county."""

    home: Path
    port: int
    process: subprocess.Popen | None = None
    used_steps: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            key: value
            for key, value in os.environ.items()
            if key not in ("VETGRID_DATABASE_NAME", "VETGRID_ROLE", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
        }
        own |= {"VETGRID_HOME": str(self.home)}
        if own.get("DATABASE_URL"):
            own["VETGRID_DATABASE_NAME"] = f"vetgrid_{self.home.name}_{os.getpid()}".replace("-", "_")
            own["VETGRID_ROLE_PREFIX"] = own["VETGRID_DATABASE_NAME"]  # passwords of roles are an installation's own
        return own

    def start(self, seconds: float = 90) -> "Running":
        self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        log = (self.home / "demo.log").open("ab")
        self.process = subprocess.Popen(
            [*VETGRID, "demo", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.wait(seconds)
        return self

    def wait(self, seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/sign-in", timeout=3)
                return
            except OSError:
                assert self.process is None or self.process.poll() is None, (self.home / "demo.log").read_text()[-3000:]
                time.sleep(0.1)
        raise AssertionError((self.home / "demo.log").read_text()[-3000:])

    def stop(self) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.process = None
        return code

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*VETGRID, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def account(self, username: str) -> dict[str, str]:
        found = json.loads((self.home / "demo-accounts.json").read_text())
        return next(entry for entry in found if entry["username"] == username)

    def code(self, username: str) -> str:
        """A one-time code that was not used before; each counts once, and those of the neighbouring half minutes count too."""
        present = int(time.time()) // 30
        step = max(present, self.used_steps.get(username, 0) + 1)
        while step > present + 1:
            time.sleep(0.5)
            present = int(time.time()) // 30
        self.used_steps[username] = step
        return pyotp.TOTP(self.account(username)["totp_secret"]).at(step * 30)

    def children(self) -> list[int]:
        """Pids of web and worker, not of the supervisor."""
        assert self.process is not None
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split() if b"postgres" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def remove(self) -> None:
        self.stop()
        subprocess.run([*VETGRID, "stop"], cwd=ROOT, env=self.environment, check=False, capture_output=True)
        if self.environment.get("DATABASE_URL"):
            _drop(self.environment)
        else:
            own = embedded.cluster(self.home / "postgres")
            if (own.place / "vetgrid-cluster.json").exists():
                embedded.destroy(own)
        shutil.rmtree(self.home, ignore_errors=True)


def new_home() -> Path:
    """An empty folder in which root's server, another user, may work too; it goes with the run at the latest."""
    path = Path(tempfile.mkdtemp(prefix="run-", dir=os.environ["VETGRID_TEST_SHARED"]))
    path.chmod(0o755)
    return path


def prepared(home: Path) -> Running:
    """A demo county in `home`, not yet started. It is loaded once in a run, by the first who asks, and then copied.

    A server that is not ours cannot be copied; there the first start loads it.
    """
    app = Running(home, free_port())
    if os.environ.get("DATABASE_URL"):
        return app
    first = Running(Path(os.environ["VETGRID_TEST_SHARED"]) / "first", free_port())
    with (first.home.parent / "first.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (first.home / "is-ready").exists():
            try:
                first.start(seconds=300)  # how long a first start may take is another test's business
                assert first.stop() == 0
            except BaseException:
                first.remove()
                raise
            (first.home / "is-ready").touch()
    shutil.copytree(first.home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("postgres", "demo.log"))
    ours, theirs = embedded.cluster(home / "postgres"), embedded.cluster(first.home / "postgres")
    postgres_programs.make_folder(ours.place)
    embedded._own_folder(ours.data, ours)
    # With the owner and the modes, which the server checks.
    subprocess.run(["cp", "-a", f"{theirs.data}/.", str(ours.data)], check=True)
    return app


def _drop(environment: dict[str, str]) -> None:
    """Removes the database and roles of a run from a server that is not ours."""
    with psycopg.connect(environment["DATABASE_URL"], dbname="postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{environment["VETGRID_DATABASE_NAME"]}" WITH (FORCE)')
        for role in ("owner", "app", "job"):
            admin.execute(f'DROP ROLE IF EXISTS "{environment["VETGRID_ROLE_PREFIX"]}_{role}"')
