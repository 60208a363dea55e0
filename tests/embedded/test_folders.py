"""Where the embedded server lives: unusual homes, closed folders, and nothing else is touched."""

import os
import shutil
from pathlib import Path

import pytest

from tests.embedded.clusters import gone_afterwards, one, servers_of, write_row
from vetgrid.config import embedded
from vetgrid.config.embedded import Cluster
from vetgrid.config.postgres_programs import EmbeddedDatabaseError


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


def test_a_cluster_stays_where_its_data_are_when_its_folder_is_closed_later(shared: Cluster) -> None:
    shared.home.parent.chmod(0o700)
    try:
        assert embedded.cluster(shared.home) == shared
    finally:
        shared.home.parent.chmod(0o755)


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


def test_a_home_that_is_a_link_is_the_cluster_it_points_to(shared: Cluster, folder: Path) -> None:
    (folder / "link").symlink_to(shared.home)
    assert embedded.cluster(folder / "link") == shared
