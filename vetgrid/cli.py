"""The `vetgrid` command: each sub-command is one function; Django starts only in those that need it."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")

Command = Callable[[argparse.Namespace], int]


def main() -> None:
    """Entry point: parses, runs, exits with the command's code; an expected error is one sentence, not a trace."""
    from vetgrid.config.commands import run

    sys.exit(run(_parser().parse_args()))


def _parser() -> argparse.ArgumentParser:
    from vetgrid.config import commands

    parser = argparse.ArgumentParser(prog="vetgrid", description="VetGrid 退役军人服务平台")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _adder(verbs)
    demo = add("demo", "run the demo county: database, web, worker", commands.demo)
    demo.add_argument("--check", action="store_true", help="load, compute the report, compare each figure, exit")
    demo.add_argument("--port", type=int, default=8000)
    serve = add("serve", "run the web server", commands.serve)
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--host", default="127.0.0.1")
    add("worker", "run the background worker", commands.worker)
    add("stop", "stop the embedded database", commands.stop)
    add("migrate", "make the database ready: roles, tables, protection", commands.migrate)
    init = add("init", "make a real, empty county", commands.init)
    init.add_argument("--county", required=True, help="6-digit code, e.g. 350581")
    init.add_argument("--divisions", required=True, type=Path, help="CSV: code,name,level,parent")
    init.add_argument("--name", default="", help="the county's name; taken from the file when left out")
    registry = add("registry", "the registry", commands.registry_import)
    registry.add_argument("action", choices=["import"])
    registry.add_argument("file", type=Path)
    registry.add_argument("--division", required=True, help="9 or 12-digit code of the place the sheet is for")
    registry.add_argument("--by", required=True, help="user name in whose name the rows are imported")
    report = add("report", "the report as key,value lines", commands.report)
    report.add_argument("name", choices=["five-year"])
    report.add_argument("--from", dest="from_on", default="2018-12-28")
    report.add_argument("--to", dest="to_on", default="2023-12-28")
    report.add_argument("--format", choices=["csv"], default="csv")
    audit = add("audit", "seal, verify or export the trail", commands.audit)
    audit.add_argument("action", choices=["verify", "seal", "export"])
    audit.add_argument("--against", default="", help="a digest printed earlier that must be on the chain")
    audit.add_argument(
        "--file", type=Path, help="verify this exported trail instead of the database, or export into it"
    )
    backup = add("backup", "write a backup into a new folder", commands.backup)
    backup.add_argument("folder", type=Path)
    restore = add("restore", "bring a backup back into an empty installation", commands.restore)
    restore.add_argument("folder", type=Path)
    keys = add("keys", "rotate the keys and seal all personal fields anew", commands.keys)
    keys.add_argument("action", choices=["rotate"])
    code = add("code", "the current one-time code of a demo administrator", commands.code)
    code.add_argument("username")
    _add_benefits(add("benefits", "the benefit rules on files of facts, without a database", commands.benefits))
    bench = add("bench", "run the benchmarks", commands.bench)
    bench.add_argument("--quick", action="store_true")
    return parser


def _add_benefits(benefits: argparse.ArgumentParser) -> None:
    verbs = benefits.add_subparsers(required=True, metavar="ACTION", dest="action")
    for name, text in (
        ("determine", "the amounts of every person of a file for a month, as JSON lines"),
        ("explain", "one person's receipt as text"),
        ("check", "what looks wrong in the parameter tables"),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        verb.add_argument("--parameters", type=Path, help="a folder of parameter files instead of the one that ships")
        if name == "check":
            continue
        verb.add_argument("--facts", required=True, type=Path, help="JSON lines, see docs/guides/benefit-facts.md")
        verb.add_argument("--month", required=True, help="e.g. 2023-08")
        verb.add_argument("--known-on", help="as known on this day, e.g. 2023-09-30; left out: as known now")
        if name == "determine":
            verb.add_argument("--out", type=Path, help="write here instead of to the screen")
        else:
            verb.add_argument("--person", required=True, help="the person of the line")


def _adder(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> Callable[[str, str, Command], argparse.ArgumentParser]:
    def add(name: str, text: str, command: Command) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=text, description=text)
        parser.set_defaults(command=command)
        return parser

    return add


if __name__ == "__main__":
    main()
