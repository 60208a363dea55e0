"""The embedded server starts, keeps its rows and recovers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.embedded.clusters import INSTALLED, ROOT, START, connect, one, server_pid, servers_of, write_row
from vetgrid.config import embedded
from vetgrid.config.embedded import Cluster
from vetgrid.config.postgres_programs import EmbeddedDatabaseError


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


def test_a_server_speaks_utf8_in_utc_and_sorts_by_code_point(shared: Cluster) -> None:
    assert one(shared, "SHOW server_encoding") == "UTF8"
    assert one(shared, "SHOW timezone") == "UTC"
    assert one(shared, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"


def test_only_a_server_for_tests_gives_up_safety_against_a_power_cut(own: Cluster) -> None:
    embedded.start(own, durable=False)
    assert one(own, "SHOW fsync") == "off"
    embedded.stop(own)
    embedded.start(own)
    assert [one(own, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


def test_nobody_else_can_enter_and_nothing_listens_on_the_network(shared: Cluster) -> None:
    assert one(shared, "SHOW listen_addresses") == ""
    for folder in (shared.socket_dir, shared.data):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert shared.log.stat().st_mode & 0o777 == 0o600


def test_the_server_never_runs_as_root(shared: Cluster) -> None:
    assert Path(f"/proc/{server_pid(shared)}").stat().st_uid != 0
    assert shared.data.stat().st_uid == Path(f"/proc/{server_pid(shared)}").stat().st_uid


def test_start_leaves_a_running_server_alone(shared: Cluster) -> None:
    pid = server_pid(shared)
    embedded.start(shared)
    assert server_pid(shared) == pid


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


def test_a_dump_taken_with_our_programs_holds_the_rows(shared: Cluster) -> None:
    write_row(shared)
    where = ["-h", shared.socket_dir, "-p", str(shared.port), "-U", "postgres"]
    dump = [embedded.binary("pg_dump"), *where, "-t", "kept", "postgres"]
    assert "石狮" in subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    asked = [embedded.psql_path(shared), *where, "-Atc", "TABLE kept"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "石狮\n"
