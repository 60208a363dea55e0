"""The embedded PostgreSQL, with real servers: it starts, keeps its rows, recovers, and touches nothing else."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from vetgrid.config import embedded, postgres_programs
from vetgrid.config.embedded import Cluster
from vetgrid.config.postgres_programs import EmbeddedDatabaseError

ROOT = Path(__file__).parent.parent
INSTALLED = sorted(str(path.parent) for path in Path("/usr/lib/postgresql").glob("1[5-9]/bin/initdb"))
IN_MEMORY = Path("/dev/shm")  # making a cluster is a thousand small files: several times faster than on a disk
START = """
import sys
from pathlib import Path
from vetgrid.config import embedded, postgres_programs
embedded.start(embedded.cluster(Path(sys.argv[1])), durable=False)
"""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder that every user may enter (pytest's own one is closed to root's server)."""
    monkeypatch.delenv("PG_BINDIR", raising=False)
    with open_folder() as path:
        monkeypatch.setattr(postgres_programs, "ELSEWHERE", path / "elsewhere")
        yield path


@pytest.fixture
def own(folder: Path) -> Iterator[Cluster]:
    """A cluster that does not exist yet."""
    with gone_afterwards(embedded.cluster(folder / "postgres")) as c:
        yield c


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """One running server for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch, open_folder() as path:
        patch.delenv("PG_BINDIR", raising=False)
        with gone_afterwards(embedded.cluster(path / "postgres")) as c:
            embedded.start(c, durable=False)
            yield c


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="vg-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@contextlib.contextmanager
def gone_afterwards(c: Cluster) -> Iterator[Cluster]:
    try:
        yield c
    finally:
        if (c.place / "vetgrid-cluster.json").exists():
            embedded.destroy(c)


def connect(c: Cluster) -> "psycopg.Connection[Any]":
    return psycopg.connect(host=str(c.socket_dir), port=c.port, user="postgres", dbname="postgres", autocommit=True)


def one(c: Cluster, query: str) -> Any:
    with connect(c) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]  # only literals of this file
        assert row is not None
        return row[0]


def write_row(c: Cluster, text: str = "石狮") -> None:
    with connect(c) as connection:
        connection.execute("CREATE TABLE kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [text])


def server_pid(c: Cluster) -> int:
    return int((c.data / "postmaster.pid").read_text().splitlines()[0])


def servers_of(c: Cluster) -> list[int]:
    """The pids of all postmasters that were started for this data folder."""
    wanted = b"/postgres\0-D\0" + os.fsencode(c.data) + b"\0"
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("bindir", [None, *INSTALLED])
def test_a_server_keeps_its_rows_over_stop_and_start(
    bindir: str | None, own: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bindir is not None:
        monkeypatch.setenv("PG_BINDIR", bindir)
    embedded.start(own)
    write_row(own)
    embedded.stop(own)
    assert not embedded.is_running(own)
    assert servers_of(own) == []
    embedded.start(own)
    assert one(own, "SELECT text FROM kept") == "石狮"
    expected = bindir or str(embedded.binary("postgres").parent)
    assert os.readlink(f"/proc/{server_pid(own)}/exe") == f"{expected}/postgres"


def test_a_server_speaks_utf8_in_utc_and_sorts_by_code_point(running: Cluster) -> None:
    assert one(running, "SHOW server_encoding") == "UTF8"
    assert one(running, "SHOW timezone") == "UTC"
    assert one(running, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"


def test_only_a_server_for_tests_gives_up_safety_against_a_power_cut(own: Cluster) -> None:
    embedded.start(own, durable=False)
    assert one(own, "SHOW fsync") == "off"
    embedded.stop(own)
    embedded.start(own)
    assert [one(own, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


def test_nobody_else_can_enter_and_nothing_listens_on_the_network(running: Cluster) -> None:
    assert one(running, "SHOW listen_addresses") == ""
    for folder in (running.socket_dir, running.data):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert running.log.stat().st_mode & 0o777 == 0o600


def test_the_server_never_runs_as_root(running: Cluster) -> None:
    assert Path(f"/proc/{server_pid(running)}").stat().st_uid != 0
    assert running.data.stat().st_uid == Path(f"/proc/{server_pid(running)}").stat().st_uid


def test_start_leaves_a_running_server_alone(running: Cluster) -> None:
    pid = server_pid(running)
    embedded.start(running)
    assert server_pid(running) == pid


def test_the_server_survives_the_program_that_started_it(own: Cluster) -> None:
    subprocess.run([sys.executable, "-c", START, str(own.home)], cwd=ROOT, check=True)
    assert embedded.is_running(own)
    assert os.getsid(server_pid(own)) == server_pid(own)


def test_two_programs_that_start_at_once_start_one_server(own: Cluster) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", START, str(own.home)], cwd=ROOT) for _ in range(2)]
    assert [program.wait(30) for program in programs] == [0, 0]
    assert servers_of(own) == [server_pid(own)]


def test_a_stale_pid_that_another_program_got_is_treated_as_dead_and_that_program_lives_on(own: Cluster) -> None:
    embedded.start(own)
    write_row(own)
    embedded.stop(own)
    # The data folder among its arguments is no proof that it is our server.
    other = subprocess.Popen([sys.executable, "-c", "input()", str(own.data)], stdin=subprocess.PIPE)
    try:
        (own.data / "postmaster.pid").write_text(f"{other.pid}\n{own.data}\n0\n5432\n{own.socket_dir}\n\n0 0\nready\n")
        assert not embedded.is_running(own)
        embedded.stop(own)
        embedded.kill(own)
        embedded.start(own)
        assert one(own, "SELECT text FROM kept") == "石狮"
        assert other.poll() is None
    finally:
        other.kill()
        other.communicate()


def test_a_pid_file_of_a_zombie_is_treated_as_dead(own: Cluster) -> None:
    embedded.start(own, durable=False)
    embedded.stop(own)
    zombie = subprocess.Popen(["true"])
    deadline = time.monotonic() + 5
    while ") Z " not in Path(f"/proc/{zombie.pid}/stat").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    (own.data / "postmaster.pid").write_text(f"{zombie.pid}\n{own.data}\n0\n5432\n{own.socket_dir}\n\n0 0\nready\n")
    assert not embedded.is_running(own)
    embedded.start(own, durable=False)
    assert embedded.is_running(own)
    zombie.wait()


@pytest.mark.faults
def test_committed_rows_survive_sigkill_of_all_its_processes(own: Cluster) -> None:
    embedded.start(own)
    write_row(own)
    embedded.kill(own)
    assert not embedded.is_running(own)
    embedded.start(own)
    assert one(own, "SELECT text FROM kept") == "石狮"


@pytest.mark.faults
def test_committed_rows_survive_sigkill_of_the_postmaster_alone_while_someone_is_connected(own: Cluster) -> None:
    embedded.start(own)
    write_row(own)
    with connect(own) as busy:
        busy.execute("BEGIN")
        pid = server_pid(own)
        os.kill(pid, signal.SIGKILL)
        embedded._wait_until_gone(pid, seconds=5)  # a signal takes effect a moment after it was sent
        embedded.start(own)
        assert one(own, "SELECT text FROM kept") == "石狮"
        assert servers_of(own) == [server_pid(own)]
        busy.close()


@pytest.mark.faults
def test_a_shell_that_stands_in_the_data_folder_is_not_killed_with_the_orphans(own: Cluster) -> None:
    embedded.start(own, durable=False)
    shell = subprocess.Popen([sys.executable, "-c", "input()"], cwd=own.data, stdin=subprocess.PIPE)
    try:
        embedded.kill(own)
        started = time.monotonic()
        embedded.start(own, durable=False)
        assert time.monotonic() - started < 8, "it waited for a process that is not the server's"
        assert shell.poll() is None
    finally:
        shell.kill()
        shell.communicate()


def test_start_waits_for_a_server_that_is_still_recovering_and_starts_no_second_one(
    own: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.start(own, durable=False)
    pid, path = server_pid(own), own.data / "postmaster.pid"
    ready = path.read_text()
    path.write_text(ready.replace("ready", "starting"))
    monkeypatch.setattr(embedded, "_START_SECONDS", 0.2)
    with pytest.raises(EmbeddedDatabaseError, match="还在启动或恢复"):
        embedded.start(own, durable=False)
    path.write_text(ready)
    embedded.start(own, durable=False)
    assert servers_of(own) == [pid]


def test_an_interrupted_first_start_is_made_up_for_by_the_next(own: Cluster) -> None:
    half = own.place / "data.new.1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    embedded.start(own, durable=False)
    assert one(own, "SELECT 1") == 1
    assert not half.exists()


def test_a_server_that_cannot_start_says_where_to_look_and_what_it_said_last(own: Cluster) -> None:
    embedded.start(own, durable=False)
    embedded.stop(own)
    (own.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedDatabaseError, match=r"(?s)数据库没有启动。请查看日志 .*server\.log.*no_such_setting"):
        embedded.start(own, durable=False)


def test_a_missing_program_is_named_with_the_way_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bin").mkdir()
    monkeypatch.setenv("PG_BINDIR", str(folder / "bin"))
    with pytest.raises(EmbeddedDatabaseError, match=r"缺少数据库程序 pg_dump。.*PG_BINDIR"):
        embedded.binary("pg_dump")


@pytest.mark.parametrize("name", ["psql", "pg_dump", "pg_restore"])
def test_the_wheel_has_the_programs_for_backup_and_restore(name: str, folder: Path) -> None:
    said = subprocess.run([embedded.binary(name), "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{name} (PostgreSQL) ")


def test_a_dump_taken_with_our_programs_holds_the_rows(running: Cluster) -> None:
    write_row(running)
    where = ["-h", running.socket_dir, "-p", str(running.port), "-U", "postgres"]
    dump = [embedded.binary("pg_dump"), *where, "-t", "kept", "postgres"]
    assert "石狮" in subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    asked = [embedded.psql_path(running), *where, "-Atc", "TABLE kept"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "石狮\n"


def test_destroy_refuses_a_folder_that_is_not_ours(folder: Path) -> None:
    foreign = folder / "photos"
    (foreign / "data").mkdir(parents=True)
    (foreign / "data" / "family.jpg").write_text("precious")
    with pytest.raises(EmbeddedDatabaseError, match="不是本平台的数据库目录"):
        embedded.destroy(embedded.cluster(foreign))
    assert (foreign / "data" / "family.jpg").read_text() == "precious"


def test_start_refuses_a_data_folder_with_files_of_another_program(folder: Path) -> None:
    foreign = folder / "photos"
    (foreign / "data").mkdir(parents=True)
    (foreign / "data" / "family.jpg").write_text("precious")
    with pytest.raises(EmbeddedDatabaseError, match="不属于本平台的文件"):
        embedded.start(embedded.cluster(foreign), durable=False)
    assert (foreign / "data" / "family.jpg").read_text() == "precious"


def test_destroy_removes_the_server_and_leaves_other_files_beside_it(own: Cluster) -> None:
    embedded.start(own, durable=False)
    (own.home / "notes.txt").write_text("mine")
    embedded.destroy(own)
    assert servers_of(own) == []
    assert [path.name for path in own.home.iterdir()] == ["notes.txt"]


def test_destroy_leaves_nothing_of_a_cluster_that_stood_alone(own: Cluster) -> None:
    embedded.start(own, durable=False)
    embedded.destroy(own)
    assert not own.home.exists()


def test_a_home_below_a_closed_folder_works_and_no_folder_is_opened_up(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "vetgrid" / "postgres"
    with gone_afterwards(embedded.cluster(home)) as c:
        embedded.start(c, durable=False)
        write_row(c)
        assert closed.stat().st_mode & 0o777 == 0o700
        if os.getuid() == 0:  # any other user runs the server himself and may stay at home
            assert Path((home / "moved-to.txt").read_text().strip()) == c.place
            closed.chmod(0o755)
            assert embedded.cluster(home) == c, "opening the folder later must not lead to an empty cluster"
        assert one(embedded.cluster(home), "SELECT text FROM kept") == "石狮"


def test_a_cluster_stays_where_its_data_are_when_its_folder_is_closed_later(running: Cluster) -> None:
    running.home.parent.chmod(0o700)
    try:
        assert embedded.cluster(running.home) == running
    finally:
        running.home.parent.chmod(0o755)


def test_binaries_below_a_closed_folder_work_with_their_libraries(
    own: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = embedded.binary("postgres").parent.parent
    closed = folder / "closed"
    package = wheel.parent.name
    shutil.copytree(wheel, closed / package / wheel.name, symlinks=True)
    shutil.copytree(wheel.parent.with_name(f"{package}.libs"), closed / f"{package}.libs", symlinks=True)
    (closed / package / "__init__.py").write_text("")
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    embedded.start(own, durable=False)
    assert one(own, "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    home_of_binaries = folder / "elsewhere" if os.getuid() == 0 else closed
    assert embedded.binary("psql").is_relative_to(home_of_binaries)


def test_a_strict_umask_does_not_lock_the_server_out(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        with gone_afterwards(embedded.cluster(folder / "deep" / "postgres")) as c:
            embedded.start(c, durable=False)
            assert one(c, "SELECT 1") == 1
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", ["石狮市退役军人事务局数据目录" * 3, "one,two", "with space 'quote'"])
def test_a_home_with_a_long_or_unusual_name_works(name: str, folder: Path) -> None:
    with gone_afterwards(embedded.cluster(folder / name / "postgres")) as c:
        embedded.start(c, durable=False)
        assert one(c, "SELECT 1") == 1
        assert len(os.fsencode(c.socket_dir / f".s.PGSQL.{c.port}")) < 104


def test_a_socket_folder_that_someone_else_laid_there_is_refused(folder: Path) -> None:
    c = embedded.cluster(folder / ("x" * 90) / "postgres")
    assert not c.socket_dir.is_relative_to(folder)
    (folder / "trap").mkdir()
    c.socket_dir.symlink_to(folder / "trap")
    try:
        with pytest.raises(EmbeddedDatabaseError, match="属于其他用户"):
            embedded.start(c, durable=False)
        assert not embedded.is_running(c)
        assert list((folder / "trap").iterdir()) == []
    finally:
        c.socket_dir.unlink()


def test_a_home_that_is_a_link_is_the_cluster_it_points_to(running: Cluster, folder: Path) -> None:
    (folder / "link").symlink_to(running.home)
    assert embedded.cluster(folder / "link") == running
