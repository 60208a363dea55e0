"""The filter of the inbox."""

from typing import Any

from django import forms

from vetgrid.web.forms import Form
from vetgrid.work.kinds import kinds
from vetgrid.work.models import WorkItem
from vetgrid.work.queries import DUES, WHOSE


class InboxForm(Form):
    whose = forms.ChoiceField(label="范围", required=False, choices=WHOSE)
    due = forms.ChoiceField(label="期限", required=False, choices=DUES)
    kind = forms.ChoiceField(label="种类", required=False)
    priority = forms.ChoiceField(label="紧急程度", required=False)
    text = forms.CharField(label="事项", required=False, max_length=60)
    division = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_see_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(kind.key, kind.label) for kind in kinds().values()]
        self.set_choices("kind", [("", "全部"), *labels])
        self.set_choices("priority", [("", "全部"), *WorkItem.Priority.choices])
        if not may_see_place:
            self.set_choices("whose", WHOSE[:2])
