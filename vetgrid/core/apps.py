"""The app configuration of the core: opens nothing, only makes a forgotten scope a clear error."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.db import DataError, ProgrammingError
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from vetgrid.core.errors import ScopeMissing


def _explain(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    try:
        return execute(statement, params, many, context)
    except (ProgrammingError, DataError) as error:
        text = str(error)
        if '"vetgrid.' in text or 'type bigint: ""' in text or 'malformed multirange literal: ""' in text:
            raise ScopeMissing(
                "系统没有确定本次操作的管辖范围,已拒绝读取。请把页面下方的编号告诉系统管理员。"
            ) from error
        raise


def _watch(connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_explain)


class CoreConfig(AppConfig):
    name = "vetgrid.core"
    label = "core"

    def ready(self) -> None:
        autodiscover_modules("permissions")  # the scope must know every domain, loaded by somebody or not
        connection_created.connect(_watch, dispatch_uid="vetgrid.core.explain")
