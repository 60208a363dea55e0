"""Do: take an upload of the mini-program: by its bytes, not its name; a picture is made anew, so that nothing hidden in it stays."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor
from vetgrid.core.errors import Invalid, TooMany
from vetgrid.core.rate import policy
from vetgrid.files.models import StoredFile
from vetgrid.files.store import UPLOAD, keep

_TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_STARTS = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
_WRONG = "只能上传 JPG、PNG 照片或 PDF 文件,请重新选择。"


@transaction.atomic
def upload(*, body: bytes, division: int, by: Actor, today: date) -> StoredFile:
    """上传: the name that the phone gives is not kept, because it may tell a place or a time."""
    limits: dict[str, Any] = policy()["uploads"]
    since = timezone.now() - timedelta(days=1)
    if StoredFile.objects.filter(owner=by.id, made_at__gt=since).count() >= int(limits["per_day"]):
        raise TooMany("今天上传的文件太多,请明天再传,或到服务站办理。")
    kind, clean = cleaned(body)
    stored = keep(
        clean, name=f"upload.{kind}", media_type=_TYPES[kind], kind=UPLOAD, division=division, by=by, today=today
    )
    record(by, "files.upload", division=division, table="files_storedfile", row=stored.id)
    return stored


def cleaned(body: bytes) -> tuple[str, bytes]:
    """The kind of the file and its bytes without metadata; raises Invalid for anything that is not what it begins as."""
    limits: dict[str, Any] = policy()["uploads"]
    if not body:
        raise Invalid(fields={"file": "文件是空的,请重新选择。"})
    if len(body) > int(limits["max_bytes"]):
        raise Invalid(
            fields={"file": f"文件太大,最大{int(limits['max_bytes']) // 1048576}MB。请重新拍照或压缩后上传。"}
        )
    kind = next((name for name, start in _STARTS.items() if body.startswith(start)), "")
    if kind not in limits["kinds"]:
        raise Invalid(fields={"file": _WRONG})
    if kind == "pdf":
        if b"%%EOF" not in body[-2048:]:
            raise Invalid(fields={"file": "PDF 文件不完整,请重新选择。"})
        return kind, body
    return kind, _redrawn(body, kind, int(limits["max_pixels"]))


def _redrawn(body: bytes, kind: str, max_pixels: int) -> bytes:
    """The pixels alone, upright: no place, no time, no camera, no text chunks, no bytes behind the end."""
    try:
        with Image.open(BytesIO(body), formats=["JPEG" if kind == "jpg" else "PNG"]) as picture:
            if picture.width * picture.height > max_pixels:
                raise Invalid(fields={"file": "照片的像素太多,请用手机重新拍照。"})
            upright = ImageOps.exif_transpose(picture)
            mode = "RGB" if kind == "jpg" or upright.mode not in ("L", "RGB", "RGBA") else upright.mode
            plain = Image.new(mode, upright.size)
            plain.paste(upright.convert(mode))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(fields={"file": "照片已损坏,打不开。请重新拍照上传。"}) from error
    out = BytesIO()
    if kind == "jpg":
        plain.save(out, "JPEG", quality=88)
    else:
        plain.save(out, "PNG")
    return out.getvalue()
