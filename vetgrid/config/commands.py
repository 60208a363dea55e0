"""What each sub-command of `vetgrid` does; long work is in the module that owns it."""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

from vetgrid.config import database, embedded, instance, migrating, supervising
from vetgrid.config.loading import set_up
from vetgrid.config.postgres_programs import EmbeddedDatabaseError
from vetgrid.core.errors import Conflict, Refused


def run(arguments: argparse.Namespace) -> int:
    """Runs the chosen command; what a person can mend is printed as a sentence."""
    try:
        code: int = arguments.command(arguments)
    except KeyboardInterrupt:
        return 130
    except (Refused, EmbeddedDatabaseError) as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _django(role: str) -> None:
    """Starts Django in this process under one database role; the embedded server is started when it is needed."""
    own = database.cluster()
    if own is not None:
        embedded.start(own)
    os.environ["VETGRID_ROLE"] = role
    set_up()


def migrate(arguments: argparse.Namespace) -> int:
    migrating.migrate()
    return 0


def stop(arguments: argparse.Namespace) -> int:
    own = database.cluster()
    if own is not None:
        embedded.stop(own)
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Loads the demo county once, then runs it; with --check computes the report and compares."""
    began = time.monotonic()
    if not arguments.check:
        _must_be_free("127.0.0.1", arguments.port)
    instance.write_instance(instance.Instance(is_demo=True, fixed_day="2023-12-28"))
    migrating.migrate()
    from vetgrid.config import demo as county

    if not county.is_loaded():
        print("正在生成演示县(约半分钟)……", flush=True)
        county.load()
    collect_static()
    if arguments.check:
        return _check()
    children = [supervising.web(port=arguments.port), supervising.worker()]
    return supervising.run(children, when_ready=lambda: _announce(arguments.port, began))


def collect_static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _check() -> int:
    """The main job: the report from the records, each figure beside the bureau's value; 0 when all kept figures agree."""
    from vetgrid.config import checking

    return checking.compare()


def _announce(port: int, began: float) -> None:
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=2)  # noqa: S310  # our own address
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    from vetgrid.accounts.demo import accounts

    print(f"\n石狮市退役军人服务平台(演示数据)已启动,用时{time.monotonic() - began:.1f}秒:{address}\n")
    print("每个角色一个演示账号:")
    for account in accounts():
        extra = f"  动态口令:.venv/bin/vetgrid code {account.username}" if account.totp_secret else ""
        print(f"  {account.username:<20}{account.password}  {account.label}{extra}")
    print("\n按 Ctrl-C 停止,数据会保留。", flush=True)


def _must_be_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"端口{port}已被占用。请先停止占用它的程序(可能是另一个正在运行的演示),或用 --port 换一个端口。"
            ) from error


def serve(arguments: argparse.Namespace) -> int:
    _must_be_free(arguments.host, arguments.port)
    _django("app")
    collect_static()
    return supervising.run([supervising.web(port=arguments.port, host=arguments.host)], when_ready=lambda: None)


def worker(arguments: argparse.Namespace) -> int:
    _django("job")
    from vetgrid.config.working import run_worker

    run_worker()
    return 0


def init(arguments: argparse.Namespace) -> int:
    """An empty county: divisions, stations of three levels, a first system and security administrator."""
    migrating.migrate()
    from vetgrid.config import founding

    return founding.found(county=arguments.county, divisions=arguments.divisions, name=arguments.name)


def registry_import(arguments: argparse.Namespace) -> int:
    _django("job")
    from vetgrid.config import importing

    return importing.import_file(arguments.file, division=arguments.division, username=arguments.by)


def report(arguments: argparse.Namespace) -> int:
    _django("app")
    from vetgrid.config import checking

    checking.print_report(date.fromisoformat(arguments.from_on), date.fromisoformat(arguments.to_on))
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """Offline for an exported file; against the database otherwise."""
    if arguments.action == "verify" and arguments.file:
        set_up()
    else:
        _django("job")
    from vetgrid.config import auditing

    if arguments.action == "export":
        return auditing.export(arguments.file or Path("audit.jsonl"))
    if arguments.action == "seal":
        return auditing.seal()
    return (
        auditing.verify_file(arguments.file, against=arguments.against)
        if arguments.file
        else auditing.verify(against=arguments.against)
    )


def backup(arguments: argparse.Namespace) -> int:
    _django("owner")
    from vetgrid.config import safekeeping

    return safekeeping.backup(arguments.folder)


def restore(arguments: argparse.Namespace) -> int:
    from vetgrid.config import safekeeping

    return safekeeping.restore(arguments.folder)


def keys(arguments: argparse.Namespace) -> int:
    _django("owner")
    from vetgrid.config import rotating

    return rotating.rotate()


def code(arguments: argparse.Namespace) -> int:
    set_up()
    import pyotp

    from vetgrid.accounts.demo import accounts

    found = next(
        (account for account in accounts() if account.username == arguments.username and account.totp_secret), None
    )
    if found is None:
        print("没有这个带动态口令的演示账号。", file=sys.stderr)
        return 1
    print(pyotp.TOTP(found.totp_secret).now())
    return 0


def benefits(arguments: argparse.Namespace) -> int:
    """The rules on files; no database and no Django."""
    from vetgrid.benefits import commands

    rules = instance.DATA / "benefits"
    if arguments.action == "check":
        return commands.check(rules, arguments.parameters)
    question = commands.asked(
        rules, month=arguments.month, parameters=arguments.parameters, known_on=arguments.known_on
    )
    if arguments.action == "explain":
        return commands.explain(question, arguments.facts, arguments.person)
    return commands.determine(question, arguments.facts, arguments.out)


def bench(arguments: argparse.Namespace) -> int:
    command = [
        sys.executable,
        str(instance.CHECKOUT / "benchmarks" / "run.py"),
        *(["--quick"] if arguments.quick else []),
    ]
    return subprocess.call(command)
