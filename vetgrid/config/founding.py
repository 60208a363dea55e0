"""A real county begins: divisions and stations from a file, and the two accounts that make all others."""

from pathlib import Path

from vetgrid.accounts import actions
from vetgrid.accounts.models import Grant, User
from vetgrid.config import instance
from vetgrid.core.clock import today
from vetgrid.core.errors import Conflict
from vetgrid.core.places import full_code
from vetgrid.core.scope import acting, system_actor
from vetgrid.orgs.divisions_file import import_divisions
from vetgrid.orgs.models import Division
from vetgrid.policies.loading import load_library


def found(*, county: str, divisions: Path, name: str) -> int:
    """Fills an empty database; refuses one that has accounts already. Prints the first accounts once."""
    by = system_actor("初始化")
    with acting(by):
        if User.objects.exists():
            raise Conflict("数据库里已有账号,不能再次初始化。请换一个空的数据库。")
        import_divisions(divisions, county=county, open_stations=True, opened_on=today(), by=by)
        load_library(division=full_code(county))
        called = name or Division.objects.get(pk=full_code(county)).name
        first = [
            (username, role, *_administrator(username, label, role, full_code(county)))
            for username, label, role in (
                ("sysadmin", "系统管理员", "system_admin"),
                ("secadmin", "安全管理员", "security_admin"),
            )
        ]
    instance.write_instance(instance.Instance(county=county, county_name=called))
    print(f"{called}已就绪。首次登录须修改密码并绑定动态口令,密码只显示这一次:")
    for username, role, _, password in first:
        print(f"  {username:<10} {password}  {role}")
    return 0


def _administrator(username: str, label: str, role: str, division: int) -> tuple[User, str]:
    actor = system_actor("初始化")
    user, password = actions.create_user(username=username, name=label, division=division, staff_id=None, by=actor)
    Grant(user=user, role=role, division=division, from_on=today(), granted_by=actor.id, reason="初始化").save(
        force_insert=True
    )
    return user, password
