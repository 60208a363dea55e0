"""Backup and restore: the database, the sealed files, and a manifest that proves the restored installation equal.

Keys are not part of a backup: whoever holds the backup alone can read no sealed field. They are copied apart (see
docs/operations/backup.md).
"""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from vetgrid.config import database, embedded, instance, migrating
from vetgrid.core.errors import Conflict, NotFound


def backup(folder: Path) -> int:
    """Writes database.dump, files/, instance.json and manifest.json into a new folder; a half-written backup has no manifest."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} 不是空目录。请指定一个新的目录,以免覆盖旧备份。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = database.login("owner")
    with psycopg.connect(owner.conninfo) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        _run(
            "pg_dump",
            "--format=custom",
            "--enable-row-security",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot[0]}",
            f"--file={folder / 'database.dump'}",
            owner=owner,
        )
        manifest = {"version": 1, "database": database.database_name(), **measure(connection)}
    files = instance.home() / "files"
    if files.exists():
        shutil.copytree(files, folder / "files")
    if (instance.home() / "instance.json").exists():
        shutil.copy2(instance.home() / "instance.json", folder / "instance.json")
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"备份完成:{folder}。共{sum(manifest['rows'].values())}行,审计链头 {manifest['audit_head']}")
    print(f"密钥不在备份里,请把 {instance.home() / 'keys.json'} 另行保存在安全的地方。")
    return 0


def measure(connection: "psycopg.Connection[Any]") -> dict[str, Any]:
    """Row counts of every table, the head of the audit chain, and a digest over the whole trail."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    rows: dict[str, int] = {}
    for (table,) in tables:
        if table.startswith("procrastinate") or table in ("registry_progress", "core_rate"):
            continue
        found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        rows[table] = int(found[0]) if found else 0
    head = connection.execute("SELECT digest FROM audit_seal ORDER BY number DESC LIMIT 1").fetchone()
    connection.execute("SET LOCAL timezone = 'UTC'")
    trail = connection.execute(
        "SELECT md5(coalesce(string_agg(md5(to_jsonb(e)::text), '' ORDER BY id), '')) FROM audit_entry e"
    ).fetchone()
    return {"rows": rows, "audit_head": head[0] if head else "", "audit_digest": trail[0] if trail else ""}


def restore(folder: Path) -> int:
    """Brings a backup into an installation without data; refuses to overwrite one that has. Then compares with the manifest."""
    if not (folder / "manifest.json").exists():
        raise NotFound(f"{folder} 里没有完整的备份(缺少 manifest.json)。请核对目录。")
    if not (instance.home() / "keys.json").exists() and not os.environ.get("VETGRID_KEYS_FILE"):
        raise NotFound(f"没有密钥文件。请先把备份时另行保存的 keys.json 放到 {instance.home()},否则加密内容无法读取。")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    own = database.cluster()
    if own is not None:
        embedded.start(own)
    database.prepare()
    owner = database.login("owner")
    with psycopg.connect(owner.conninfo) as connection:
        if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
            raise Conflict("数据库里已有数据,没有恢复。请先换一个空的数据库或安装目录。")
    _load(folder / "database.dump", owner)
    with psycopg.connect(owner.conninfo) as connection:
        measured = measure(connection)
    wrong = [name for name in ("rows", "audit_head", "audit_digest") if measured[name] != manifest[name]]
    if wrong:
        raise Conflict(f"恢复后的内容与备份清单不一致({'、'.join(wrong)})。请不要使用,并联系技术支持。")
    with psycopg.connect(owner.conninfo) as connection:
        connection.execute(
            "INSERT INTO audit_era (number, opened_at, reason) SELECT max(number) + 1, now(), 'restored from backup' FROM audit_era"
        )
    if (folder / "files").exists():
        shutil.copytree(folder / "files", instance.home() / "files", dirs_exist_ok=True)
    if (folder / "instance.json").exists():
        shutil.copy2(folder / "instance.json", instance.home() / "instance.json")
    migrating.migrate()
    print(f"恢复完成:{sum(measured['rows'].values())}行,审计链头 {measured['audit_head']},与备份一致。")
    return 0


def _load(dump: Path, owner: database.Login) -> None:
    """Plays the dump back in one transaction. Settings that an older server does not know are left out."""
    unknown = (b"SET transaction_timeout = ",)
    play = [str(embedded.binary("psql")), "--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    script = [str(embedded.binary("pg_restore")), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    with (
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as source,
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            play, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=_environment(owner)
        ) as target,
    ):
        assert source.stdout is not None and target.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            target.stdin.writelines(line for line in source.stdout if not line.startswith(unknown))
        with contextlib.suppress(BrokenPipeError):
            target.stdin.close()
        if target.wait() != 0 or source.wait() != 0:
            errors.seek(0)
            raise Conflict(f"恢复没有成功,数据库没有改动:{errors.read().decode(errors='replace').strip()[-600:]}")


def _environment(owner: database.Login) -> dict[str, str]:
    """How PostgreSQL's own programs find the database."""
    at = {"PGHOST": owner.host, "PGPORT": str(owner.port), "PGUSER": owner.user, "PGPASSWORD": owner.password}
    return {**os.environ, **at, "PGDATABASE": owner.name}


def _run(program: str, *arguments: str, owner: database.Login) -> None:
    command = [str(embedded.binary(program)), *arguments]
    done = subprocess.run(command, env=_environment(owner), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Conflict(f"{program} 没有成功:{done.stderr.strip()[-600:]}")
