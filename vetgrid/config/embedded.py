"""The embedded PostgreSQL: starts, stops and finds again a server of our own, without any server to install.

The binaries come from a wheel (or `PG_BINDIR`); none of the wheel's Python is used. The server listens on a socket in a
folder that only its own user may enter (mode 0700), and never on the network; that is why local trust is enough for it.
PostgreSQL refuses to run as root, so root's server runs as an unprivileged user, in a folder which that user can reach.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vetgrid.config import postgres_programs
from vetgrid.config.postgres_programs import (
    EmbeddedDatabaseError,
    binaries,
    can_enter,
    make_folder,
    server_identity,
    server_user,
)

_MARK = "vetgrid-cluster.json"
_MOVED = "moved-to.txt"
_SOCKET_LIMIT = 89  # bytes; with the socket's own name the address must stay below 104
_START_SECONDS = 30.0
_STOP_SECONDS = 60.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Cluster:
    """One server: `home` is where people look for it, `place` where its files really are."""

    home: Path
    place: Path
    socket_dir: Path
    port: int = 5432

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.place / "server.log"


def cluster(home: Path) -> Cluster:
    """The cluster of this home folder; nothing is created yet.

    Where data exist already, they decide: a changed mode of some folder above must not lead to a second, empty cluster.
    """
    home = home.resolve()
    key = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    place, elsewhere = home, postgres_programs.ELSEWHERE / key
    user = server_user()
    if not (home / "data").exists():
        is_hidden = user is not None and not can_enter(home, user)
        place = elsewhere if is_hidden or (elsewhere / _MARK).exists() else home
    socket_dir = place / "socket"
    # PostgreSQL and libpq both read a comma as the start of another folder.
    if len(os.fsencode(socket_dir)) > _SOCKET_LIMIT or "," in str(socket_dir):
        socket_dir = Path("/tmp") / f"vetgrid-{key}"  # noqa: S108  # made with mode 0700 and checked for its owner
    return Cluster(home, place, socket_dir)


def binary(name: str) -> Path:
    """The path of a PostgreSQL program; raises EmbeddedDatabaseError when it is not installed."""
    path = binaries() / name
    if not path.exists():
        raise EmbeddedDatabaseError(
            f"缺少数据库程序 {name}。请重新执行 make demo 安装依赖,或用 PG_BINDIR 指定 PostgreSQL 的 bin 目录。"
        )
    return path


def psql_path(c: Cluster) -> Path:
    """The psql to reach this cluster with: `psql -h <socket_dir> -p <port> -U postgres`."""
    return binary("psql")


def start(c: Cluster, *, durable: bool = True) -> None:
    """Makes the cluster when it is new and starts it when it is stopped; returns when it accepts connections.

    `durable=False` gives up safety against a power cut for speed: for test clusters only.
    """
    with _locked(c):
        pid = _server_pid(c)
        if pid is None:
            _clear_remains(c)
            if not (c.data / "PG_VERSION").exists():
                _create(c, durable=durable)
            pid = _launch(c, durable=durable)
        _wait_until_ready(c, pid)


def stop(c: Cluster) -> None:
    """Ends all connections, writes everything out and waits until the server is gone."""
    if c.place.exists():
        with _locked(c):
            _stop(c)


def kill(c: Cluster) -> None:
    """SIGKILL to the server and all its children, as a power cut would; the next start recovers."""
    pid = _server_pid(c)
    if pid is None:
        return
    for victim in [pid, *_children(pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    _wait_until_gone(pid, seconds=10.0)


def destroy(c: Cluster) -> None:
    """Stops the server and removes its files, nothing else; refuses a folder without our mark."""
    if not (c.place / _MARK).exists():
        raise EmbeddedDatabaseError(f"{c.place} 不是本平台的数据库目录,没有删除。请核对路径。")
    with _locked(c):
        _stop(c)
        for folder in (c.data, c.socket_dir, *c.place.glob("data.new.*")):
            if folder.exists():
                shutil.rmtree(folder)
        for file in (c.log, c.home / _MOVED, c.place / _MARK, c.place / "lock"):
            file.unlink(missing_ok=True)
    for folder in {c.place, c.home}:
        with contextlib.suppress(OSError):  # not empty: something of the user's lies in it
            folder.rmdir()


def is_running(c: Cluster) -> bool:
    """Whether our server is alive and ready for connections."""
    lines = _pid_file(c)
    return _server_pid(c) is not None and len(lines) > 7 and lines[7].strip() == "ready"


# --- making -----------------------------------------------------------------------------------------------------------


def _create(c: Cluster, *, durable: bool) -> None:
    """Fills a folder beside and renames it when it is complete: an interrupted start leaves no half-made cluster."""
    if c.data.exists() and any(c.data.iterdir()):
        raise EmbeddedDatabaseError(f"{c.data} 里有不属于本平台的文件。请移走它们,或用 VETGRID_HOME 指定别的目录。")
    for left in c.place.glob("data.new.*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = c.place / f"data.new.{os.getpid()}"
    _own_folder(fresh, c)
    command = [
        str(binary("initdb")),
        "--pgdata",
        str(fresh),
        "--username",
        "postgres",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=_ENVIRONMENT,
        **server_identity(),
    )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedDatabaseError(f"数据库初始化失败。请把下面的信息交给系统管理员:\n{done.stderr.strip()[-800:]}")
    if c.place != c.home:
        make_folder(c.home)
        (c.home / _MOVED).write_text(f"{c.place}\n", encoding="utf-8")
    fresh.rename(c.data)


def _launch(c: Cluster, *, durable: bool) -> int:
    _own_folder(c.socket_dir, c)
    settings = {
        "listen_addresses": "",
        "port": str(c.port),
        "unix_socket_directories": str(c.socket_dir),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_connections": "60",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "logging_collector": "off",
        "jit": "off",
        "max_wal_size": "2GB",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(binary("postgres")), "-D", str(c.data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with c.log.open("ab") as log:
        os.fchmod(log.fileno(), 0o600)  # a failing statement is logged with the personal data in it
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=_ENVIRONMENT,
            **server_identity(),
        )
    return server.pid


def _wait_until_ready(c: Cluster, pid: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while _alive(pid):
        if is_running(c):
            return
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(f"数据库还在启动或恢复数据。请过几分钟重试;进展见日志 {c.log}。")
        time.sleep(0.02)
    raise EmbeddedDatabaseError(f"数据库没有启动。请查看日志 {c.log},最后几行是:\n{_tail(c.log)}")


def _own_folder(path: Path, c: Cluster) -> None:
    """A folder with mode 0700 that belongs to the server's user; a foreign one or a link is refused."""
    user = server_user()
    if not (c.place / _MARK).exists():
        (c.place / _MARK).write_text(json.dumps({"home": str(c.home)}), encoding="utf-8")
    if not os.path.lexists(path):
        path.mkdir(mode=0o700)
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)
    found = path.lstat()
    owner = user.pw_uid if user is not None else os.getuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise EmbeddedDatabaseError(
            f"{path} 属于其他用户,不能用作数据库目录。请移走它,或用 VETGRID_HOME 指定别的目录。"
        )
    path.chmod(0o700)


# --- what is running --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _locked(c: Cluster) -> Iterator[None]:
    try:
        make_folder(c.place)
        file = (c.place / "lock").open("w")
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"不能写入数据库目录 {c.place}({error.strerror})。请检查权限和磁盘空间,或用 VETGRID_HOME 指定别的目录。"
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _stop(c: Cluster) -> None:
    pid = _server_pid(c)
    if pid is not None:
        os.kill(pid, signal.SIGINT)
        _wait_until_gone(pid, seconds=_STOP_SECONDS)


def _pid_file(c: Cluster) -> list[str]:
    try:
        return (c.data / "postmaster.pid").read_text(errors="replace").splitlines()
    except OSError:
        return []


def _server_pid(c: Cluster) -> int | None:
    """The live server's pid; a dead, reused or zombie pid in the file counts as no server."""
    lines = _pid_file(c)
    if not lines or not lines[0].isdigit():
        return None
    pid = int(lines[0])
    return pid if _is_our_server(pid, c) else None


def _is_our_server(pid: int, c: Cluster) -> bool:
    words = _words(pid)
    return _alive(pid) and words[0].endswith(b"/postgres") and os.fsencode(c.data) in words


def _words(pid: int) -> list[bytes]:
    """The command line of a process; one empty word when it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def _clear_remains(c: Cluster) -> None:
    """After a SIGKILL: waits for orphaned children, then removes the pid file that points nowhere."""
    path = c.data / "postmaster.pid"
    if not path.exists():
        return
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline and _orphans(c):
        time.sleep(0.05)
    for pid in _orphans(c):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)


def _orphans(c: Cluster) -> list[int]:
    """Server processes that work in the data folder though their server is gone; never a person's shell in it."""
    found = []
    for entry in Path("/proc").iterdir():
        title = _words(int(entry.name))[0] if entry.name.isdigit() else b""
        if title.startswith(b"postgres:") or title.endswith(b"/postgres"):
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == str(c.data):
                    found.append(int(entry.name))
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _wait_until_gone(pid: int, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not _alive(pid):
            return
        time.sleep(0.02)
    raise EmbeddedDatabaseError("数据库没有按时停止。请稍候再试,或重启计算机。")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-8:])
    except OSError:
        return ""
