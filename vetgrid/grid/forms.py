"""Forms of the grid's pages."""

from typing import Any

from django import forms

from vetgrid.core.actor import Actor
from vetgrid.core.places import Level
from vetgrid.grid.models import Duty
from vetgrid.grid.permissions import GridPermission
from vetgrid.orgs.models import Staff
from vetgrid.orgs.names import choices_within
from vetgrid.web.forms import Form, choices


def staff_choices(staff: list[Staff], *, first: str = "请选择") -> list[tuple[str, str]]:
    return choices([(str(row.id), row.name) for row in staff], first=first)


class PlaceForm(Form):
    """Which village a new cell is for."""

    division = forms.ChoiceField(label="村(社区)", choices=())

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(GridPermission.ASSIGN), levels=[Level.VILLAGE])
        self.set_choices("division", places if len(places) == 1 else choices(places))


class CellForm(Form):
    name = forms.CharField(label="名称", max_length=60)
    area = forms.CharField(
        label="范围", max_length=200, required=False, help_text="例如“1至3组沿街住户”,会印在公示牌上。"
    )
    contact = forms.ChoiceField(label="责任联系人", choices=())
    deputy = forms.ChoiceField(label="备岗联系人", choices=())

    def __init__(self, *args: Any, staff: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("contact", "deputy"):
            self.set_choices(name, staff_choices(staff))


class CellChangeForm(Form):
    name = forms.CharField(label="名称", max_length=60)
    area = forms.CharField(label="范围", max_length=200, required=False)
    is_default = forms.BooleanField(label="新登记人员先归入这里", required=False)


class DutyForm(Form):
    kind = forms.ChoiceField(label="职责", choices=())
    staff = forms.ChoiceField(label="人员", choices=())
    reason = forms.CharField(label="原因", max_length=200, required=False)

    def __init__(self, *args: Any, staff: list[Staff], kinds: list[Duty.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("kind", [(kind.value, kind.label) for kind in kinds])
        self.set_choices("staff", staff_choices(staff))


class IntoForm(Form):
    into = forms.ChoiceField(label="转入微网格", choices=())
    reason = forms.CharField(label="原因", max_length=200, required=False)


class CellFilterForm(Form):
    division = forms.ChoiceField(label="地方", required=False, choices=())

    def __init__(self, *args: Any, seen_by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(GridPermission.READ), levels=[Level.TOWN, Level.VILLAGE])
        self.set_choices("division", choices(places, first="全部"))
