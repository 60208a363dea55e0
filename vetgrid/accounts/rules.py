"""By policy: what a good password is, when an account locks, which grants fit together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from vetgrid.core.places import LEVEL_LABELS, Level


def password_problems(password: str, *, username: str, min_length: int, min_classes: int) -> list[str]:
    """Sentences about what is wrong with the password; empty when it is good."""
    problems = []
    if len(password) < min_length:
        problems.append(f"密码至少{min_length}位,现在是{len(password)}位。")
    kinds = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    if sum(any(kind(letter) for letter in password) for kind in kinds) < min_classes:
        problems.append(f"密码要包含小写字母、大写字母、数字、符号中的至少{min_classes}种。")
    if username and username.lower() in password.lower():
        problems.append("密码里不能包含用户名。")
    if len(set(password)) < 5:
        problems.append("密码里重复的字符太多,请换一个。")
    return problems


def lock_until(failed_count: int, *, failures: int, lock_for: timedelta, now: datetime) -> datetime | None:
    """Until when the account is locked after this many failures in a row; None when it is not."""
    return now + lock_for if failures > 0 and failed_count > 0 and failed_count % failures == 0 else None


def grant_problem(
    role: str,
    *,
    level: Level,
    levels: Iterable[Level],
    held: Iterable[str],
    exclusive: Iterable[frozenset[str]],
    label: str,
) -> str:
    """A sentence when the role may not be granted there or beside the roles held; '' when it may."""
    allowed = frozenset(levels)
    if level not in allowed:
        places = "、".join(LEVEL_LABELS[found] for found in sorted(allowed))
        return f"“{label}”只能授予在{places}一级,请重新选择地方。"
    others = {other for other in held if other != role}
    for group in exclusive:
        if role in group and others:
            return f"“{label}”不能与其他角色由同一人担任(三权分立),请先收回原有角色,或另设账号。"
        if role not in group and others & group:
            return "这个账号担任系统、安全或审计管理员,不能再授予业务角色。"
    return ""
