"""Forms of this domain."""

from django import forms

from vetgrid.notices.models import Story
from vetgrid.web.forms import DayField, Form, choices


class StoryForm(Form):
    kind = forms.ChoiceField(label="栏目", choices=choices(list(Story.Kind.choices)))
    title = forms.CharField(label="标题", max_length=80)
    summary = forms.CharField(label="摘要", max_length=200, required=False)
    published_on = DayField(label="发布日期")
    body = forms.CharField(label="正文", max_length=5000, widget=forms.Textarea(attrs={"rows": 10}))
