"""One process that keeps the web server and the worker alive, and takes everything down cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from vetgrid.config import database, embedded
from vetgrid.config.postgres_programs import EmbeddedDatabaseError

_GRACE = 15.0
_PAUSE = 5.0
"""Seconds until a database that did not start is tried again."""
_STEADY = 5.0
"""Seconds that a child must live for its earlier deaths to be forgotten."""


class Supervised:
    """A child that is started again when it dies; one that dies again at once waits longer each time, up to ten seconds."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.process: subprocess.Popen[bytes] | None = None
        self.failures, self.started, self.next_start = 0, 0.0, 0.0

    def keep(self) -> None:
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            print(f"{self.name} 已退出(代码 {self.process.returncode}),正在重新启动。", file=sys.stderr, flush=True)
            self.failures = 1 if now - self.started > _STEADY else self.failures + 1
            self.process = None
            self.next_start = now + min(10.0, 0.2 * 2**self.failures)
        if self.process is None and now >= self.next_start:
            self.started = now
            self.process = subprocess.Popen(
                self.command, env={**os.environ, **self.environment}, start_new_session=True
            )

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def web(*, port: int, host: str = "127.0.0.1", workers: int = 2) -> Supervised:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--no-ws",
        "--respawn-failed-workers",
        "--log-level",
        "warning",
        "vetgrid.config.wsgi:application",
    ]
    return Supervised("网页服务", command, {"VETGRID_ROLE": "app"})


def worker() -> Supervised:
    return Supervised("后台任务", [sys.executable, "-m", "vetgrid.cli", "worker"], {"VETGRID_ROLE": "job"})


def _keeps_running(own: embedded.Cluster) -> bool:
    """Starts a database that was killed. One that does not start is said and tried again: whoever ends the program ends the trying."""
    try:
        if not embedded.is_running(own):
            embedded.start(own)
    except EmbeddedDatabaseError as error:
        print(f"{error}\n{_PAUSE:.0f}秒后再试。", file=sys.stderr, flush=True)
        return False
    return True


def run(children: list[Supervised], *, when_ready: Callable[[], None]) -> int:
    """Runs until SIGINT or SIGTERM; also restarts the embedded database when it is killed."""
    stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stop)
    own, ready, due = database.cluster(), False, 0.0
    while not stopping:
        if own is not None and time.monotonic() > due:
            due = time.monotonic() + (1.0 if _keeps_running(own) else _PAUSE)
        for child in children:
            child.keep()
        if not ready:
            ready = True
            when_ready()
        time.sleep(0.2)
    print("正在停止……", flush=True)
    deadline = time.monotonic() + _GRACE
    for child in children:
        child.stop()
    for child in children:
        child.wait(deadline)
    if own is not None:
        embedded.stop(own)
    return 0
