"""What a citizen may do, declared once: the citizen's own door, a clerk's help in the field and at the counter all call the same function."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from vetgrid.core.actor import Citizen
from vetgrid.core.errors import Conflict, Invalid

Choices = Callable[[Citizen], list[tuple[str, str]]]
Done = Callable[["Act", Citizen, Any], None]


@dataclass(frozen=True)
class Act:
    """One write of a citizen. `choices`: for a parameter that names a row, the citizen's own rows to choose from, with labels."""

    key: str
    label: str
    run: Callable[..., Any]
    choices: dict[str, Choices] = field(default_factory=dict)

    @property
    def shape(self) -> type[BaseModel]:
        """The parameters of the act as one model: the body, and the ids that stand in the address."""
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(self.run).parameters.items():
            if name != "by":
                default = ... if parameter.default is inspect.Parameter.empty else parameter.default
                fields[name] = (parameter.annotation, default)
        return create_model(f"Act_{self.key.replace('.', '_')}", **fields)


_acts: dict[str, Act] = {}
_done: list[Done] = []


def declare(act: Act) -> None:
    _acts[act.key] = act


def acts() -> dict[str, Act]:
    return dict(_acts)


def on_done(reaction: Done) -> None:
    """Call `reaction(act, by, result)` after each act, in the same transaction."""
    if reaction not in _done:
        _done.append(reaction)


def perform(act: Act, by: Citizen, values: dict[str, Any]) -> Any:
    """Runs the act with values that have their types already; whatever it raises undoes everything."""
    result = act.run(by, **values)
    for reaction in _done:
        reaction(act, by, result)
    return result


def perform_for(key: str, by: Citizen, values: dict[str, Any]) -> Any:
    """Runs the act with values as they came in; raises Conflict for an unknown act, Invalid for values of another shape."""
    act = _acts.get(key)
    if act is None:
        raise Conflict("没有这样的办理事项。请更新小程序后重试。", code="unknown_act")
    try:
        found = act.shape(**values)
    except ValidationError as error:
        fields = {".".join(str(part) for part in entry["loc"]): "这一项没有填对,请检查。" for entry in error.errors()}
        raise Invalid("填写的内容不完整,请检查。", fields=fields) from error
    return perform(act, by, {name: getattr(found, name) for name in type(found).model_fields})
