"""What the pages of this domain share: a form that is shown, checked, acted upon and left."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from vetgrid.core.errors import Refused
from vetgrid.web.forms import Form


def form_page(
    request: Any,
    form: Form,
    *,
    title: str,
    back: str,
    act: Callable[[dict[str, Any]], Any],
    sentence: str,
    button: str = "保存",
) -> HttpResponse:
    """A form in a drawer or on a page of its own: show, check, act, go back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, sentence)
            return redirect(back)
    return render(
        request,
        "orgs/form.html",
        {"form": form, "title": title, "back": back, "button": button},
        status=422 if form.errors else 200,
    )
