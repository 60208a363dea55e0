"""The help page that makes a conforming photograph from a phone's; nothing is kept."""

import base64
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.cards import photos, policy
from vetgrid.cards.forms import PhoneForm
from vetgrid.cards.permissions import CardsPermission
from vetgrid.core.errors import Invalid, Refused
from vetgrid.core.guard import guarded
from vetgrid.files.kinds import MAX_BYTES


@guarded(CardsPermission.READ, CardsPermission.APPLY)
@require_http_methods(["GET", "POST"])
def photo_help(request: Any) -> HttpResponse:
    form = PhoneForm(request.POST or None, request.FILES or None)
    made = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["photo"]
        try:
            if file.size > MAX_BYTES:
                raise Invalid(fields={"photo": "照片超过10MB,请缩小后上传。"})
            made = photos.made_from(file.read())
        except Refused as error:
            form.refuse(error)
    context = {
        "form": form,
        "made": made,
        "image": f"data:image/jpeg;base64,{base64.b64encode(made.body).decode()}" if made else "",
        "clerk": policy.clerk_list().values(),
        "cannot": [entry["label"] for entry in policy.photo()["cannot"]],
        "want": policy.photo()["file"],
    }
    return render(request, "cards/photo_help.html", context, status=422 if form.errors else 200)
