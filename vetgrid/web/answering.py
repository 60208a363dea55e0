"""One way to answer a form: act when it is valid, put a refusal beside its field, say what was done, go back."""

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
    act: Callable[[dict[str, Any]], str | None],
    done: str,
    button: str = "保存",
    template: str = "web/form_page.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page (or drawer) of a form. `act` gets the cleaned data and may return another address to go to than `back`."""
    if request.method == "POST" and form.is_valid():
        try:
            target = act(form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, done)
            return redirect(target or back)
    shown = {"form": form, "title": title, "back": back, "button": button, "error_count": len(form.errors)}
    return render(request, template, shown | (context or {}), status=422 if form.errors else 200)
