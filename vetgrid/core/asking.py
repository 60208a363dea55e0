"""A question that is asked all day: its SQL is made once from a queryset, planned once by each connection, and then only gets values.

Making the same SQL from the same queryset costs more than the answer, and the policies of row-level security make planning dear.
What differs from call to call are the named values; everything else, `None` and lists included, must be the same each time.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from psycopg import sql

from vetgrid.core.paging import PAGE_SIZES, cursor_page

Row = TypeVar("Row")
_ROWS = (ModelIterable, ValuesListIterable, FlatValuesListIterable)


class _Planned(psycopg.Cursor[Any]):
    """A cursor whose statements the server plans once for each connection."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> "_Planned":
        return super().execute(query, params, prepare=True)


def answer(text: str, values: Any = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement that is planned once; its values must keep their kinds."""
    connection.ensure_connection()
    assert connection.connection is not None
    with CursorWrapper(_Planned(connection.connection), connection) as cursor:
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@dataclass(frozen=True)
class _Plan:
    """The text, the names of its values in order, and how a row becomes what the queryset would give."""

    text: str
    names: tuple[str, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]
    build: Callable[[list[list[Any]]], list[Any]]


class Question(Generic[Row]):
    """`make(**values)` gives the queryset; `rows` answers it quickly, `of` gives the queryset itself."""

    def __init__(self, make: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self.make = make
        self._plans: dict[int | None, _Plan] = {}

    def of(self, **values: Any) -> "QuerySet[Any, Row]":
        return self.make(**values)

    def rows(self, limit: int | None = None, /, **values: Any) -> list[Row]:
        """The answer; `limit` comes from the program, never from outside: each one is a statement of its own."""
        plan = self._plans.get(limit)
        if plan is None:
            plan = self._plans[limit] = _planned(self.make, limit, values)
        found = [list(row) for row in answer(plan.text, [values[name] for name in plan.names])]
        for at, converters, expression in plan.converters:
            for row in found:
                for convert in converters:
                    row[at] = convert(row[at], expression, connection)
        return plan.build(found)

    def page(self, after: str, *, size: int = PAGE_SIZES[0], **values: Any) -> tuple[list[Row], str | None]:
        """As `cursor_page`: the first page, which nearly everybody asks for, the quick way."""
        if after not in ("", "0"):
            return cursor_page(self.of(**values), after, size=size)
        found = self.rows(size + 1, **values)
        return found[:size], str(size) if len(found) > size else None


def _planned(make: Callable[..., Any], limit: int | None, values: dict[str, Any]) -> _Plan:
    marks = {name: _mark(value) for name, value in values.items()}
    rows = make(**marks)
    if limit is not None:
        rows = rows[:limit]
    assert rows._iterable_class in _ROWS and not rows._prefetch_related_lookups, "such a queryset cannot be planned"
    connection.ensure_connection()
    compiler = rows.query.get_compiler("default")
    text, params = compiler.as_sql()
    parts = text.split("%s")
    assert len(parts) == len(params) + 1, "a text that holds the sign of a value"
    whole, names = [parts[0]], []
    for param, part in zip(params, parts[1:], strict=True):
        name = next((name for name, mark in marks.items() if isinstance(param, type(mark)) and param == mark), None)
        if name is None:  # a constant stays in the text, so that an index on a condition can be used
            whole.append(sql.Literal(param).as_string(connection.connection).replace("%", "%%"))
        else:
            whole.append("%s")
            names.append(name)
        whole.append(part)
    assert set(names) == set(marks), f"values without a place in the question: {set(marks) - set(names)}"
    expressions = [entry[0] for entry in compiler.select]
    converters = compiler.get_converters(expressions)
    return _Plan(
        "".join(whole),
        tuple(names),
        tuple((at, found, expression) for at, (found, expression) in converters.items()),
        _builder(rows, compiler),
    )


def _mark(value: Any) -> Any:
    """A value of the same kind that stands nowhere else: where it comes out, the real ones go in."""
    match value:
        case uuid.UUID():
            return uuid.uuid4()
        case int():
            return random.randrange(10**11, 10**12)  # noqa: S311  # only has to differ from what else stands there
        case str():
            return uuid.uuid4().hex
        case date():
            return date(9000, 1, 1) + timedelta(days=random.randrange(300_000))  # noqa: S311  # as above
    raise TypeError(f"a question cannot be asked with {value!r}")


def _builder(rows: Any, compiler: Any) -> Callable[[list[list[Any]]], list[Any]]:
    """What turns the fetched rows into what the queryset gives: tuples, single values or model rows with those they select."""
    if rows._iterable_class is FlatValuesListIterable:
        return lambda found: [row[0] for row in found]
    if rows._iterable_class is ValuesListIterable:
        return lambda found: [tuple(row) for row in found]
    klass, annotations = compiler.klass_info, dict(compiler.annotation_col_map or {})
    model: type[Model] = klass["model"]
    start, end = klass["select_fields"][0], klass["select_fields"][-1] + 1
    names = [entry[0].target.attname for entry in compiler.select[start:end]]
    related = get_related_populators(klass, compiler.select, "default")  # type: ignore[call-arg]  # the stubs are a version ahead

    def built(found: list[list[Any]]) -> Iterator[Any]:
        for row in found:
            one = model.from_db("default", names, row[start:end])
            for populator in related:
                populator.populate(row, one)
            for name, at in annotations.items():
                setattr(one, name, row[at])
            yield one

    return lambda found: list(built(found))
