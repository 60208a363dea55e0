"""An import from the command line: the same steps as in the console, in the name of a user."""

import sys
from pathlib import Path

from vetgrid.accounts.models import User
from vetgrid.accounts.sessions import actor_of
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.places import full_code
from vetgrid.core.scope import acting, system_actor
from vetgrid.registry.intake import actions
from vetgrid.registry.models import ImportRow


def import_file(path: Path, *, division: str, username: str) -> int:
    """Imports the good rows; prints each bad one. 0 when all rows were good."""
    with acting(system_actor("命令行导入")):
        user = User.objects.filter(username=username).first()
        by = actor_of(user.id) if user else None
    if by is None:
        raise NotFound(f"没有可用的账号 {username}。")
    with acting(by):
        batch = actions.upload(
            body=path.read_bytes(), name=path.name, division=full_code(division), corrects=None, by=by, today=today()
        )
        batch = actions.read_sheet(batch_id=batch.id, by=by)
        if batch.state == "failed":
            print(batch.error, file=sys.stderr)
            return 1
        actions.choose_columns(batch_id=batch.id, chosen=batch.mapping, by=by, today=today())
        batch = actions.check(batch_id=batch.id, by=by, today=today())
    if batch.good:
        with acting(by):
            actions.start_loading(batch_id=batch.id, by=by, today=today())
            batch = actions.load(batch_id=batch.id, by=by, today=today())
    with acting(by):
        for row in ImportRow.objects.filter(batch=batch, outcome="bad").order_by("row_no"):
            print(f"第{row.row_no}行:{''.join(row.errors.values())}")
    print(f"新建{batch.created_count},更新{batch.updated_count},无变化{batch.unchanged_count},有错误{batch.bad}。")
    return 1 if batch.bad else 0
