"""The `vetgrid` command: each sub-command is one function; Django starts only for those that need it."""

import argparse
import os
import sys
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")

Command = Callable[[argparse.Namespace], int]


def main() -> None:
    """Entry point: parses, runs, exits with the command's code."""
    arguments = _parser().parse_args()
    command: Command = arguments.command
    try:
        code = command(arguments)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vetgrid", description="退役军人服务平台 VetGrid")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(verbs, "migrate", "make the database ready: roles, tables, protection", _migrate)
    return parser


def _add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, command: Command) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


def _migrate(arguments: argparse.Namespace) -> int:
    from vetgrid.config import migrating

    migrating.migrate()
    return 0
