"""Bringing a database up to date: roles and database, then tables, then protection; repeatable at any time."""

import os

from django.core.management import call_command

from vetgrid.config import database, embedded
from vetgrid.config.loading import set_up
from vetgrid.core import protection


def migrate(*, fresh: bool = False) -> None:
    """Runs as the owner role, so it must come before anything else of Django in the process."""
    own = database.cluster()
    if own is not None:
        embedded.start(own)
    database.prepare(fresh=fresh)
    os.environ["VETGRID_ROLE"] = "owner"
    set_up()
    call_command("migrate", verbosity=0, interactive=False)
    protect()
    from vetgrid.benefits.actions.parameters import load_shipped
    from vetgrid.registry.notices import load_notices

    load_notices()
    load_shipped()


def protect() -> None:
    """Installs policies, privileges and triggers in one transaction."""
    from django.db import connection, transaction

    with transaction.atomic():
        connection.ensure_connection()
        assert connection.connection is not None
        with connection.connection.cursor() as cursor:
            protection.install(cursor, database.roles())
