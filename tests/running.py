"""The whole program as a user runs it: `vetgrid demo` in a home of its own, database, web and worker as real processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psycopg

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

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            key: value
            for key, value in os.environ.items()
            if key not in ("VETGRID_DATABASE_NAME", "VETGRID_ROLE", "DJANGO_SETTINGS_MODULE")
        }
        own |= {"VETGRID_HOME": str(self.home)}
        if own.get("DATABASE_URL"):
            own["VETGRID_DATABASE_NAME"] = f"vetgrid_{self.home.name}_{os.getpid()}".replace("-", "_")
            own["VETGRID_ROLE_PREFIX"] = own["VETGRID_DATABASE_NAME"]  # passwords of roles are an installation's own
        return own

    def start(self) -> "Running":
        self.home.mkdir(parents=True, exist_ok=True)
        log = (self.home / "demo.log").open("ab")
        self.process = subprocess.Popen(
            [*VETGRID, "demo", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.wait()
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
        shutil.rmtree(self.home, ignore_errors=True)


def _drop(environment: dict[str, str]) -> None:
    """Removes the database and roles of a run from a server that is not ours."""
    with psycopg.connect(environment["DATABASE_URL"], dbname="postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{environment["VETGRID_DATABASE_NAME"]}" WITH (FORCE)')
        for role in ("owner", "app", "job"):
            admin.execute(f'DROP ROLE IF EXISTS "{environment["VETGRID_ROLE_PREFIX"]}_{role}"')
