"""What a file really is: by its first bytes, not by its name."""

from vetgrid.core.errors import Invalid

MAX_BYTES = 10 * 1024 * 1024
_STARTS = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
}
_INSIDE = {"docx": b"word/", "xlsx": b"xl/"}
_SAME = {"jpeg": "jpg"}


def recognised(name: str, body: bytes) -> str:
    """The kind of the file; raises Invalid when it is empty, too large, of another kind, or not what its name says."""
    ending = name.rpartition(".")[2].lower()
    kind = _SAME.get(ending, ending)
    if not body:
        raise Invalid(fields={"file": "文件是空的,请重新选择。"})
    if len(body) > MAX_BYTES:
        raise Invalid(fields={"file": f"文件太大({len(body) // 1048576}MB),最大10MB。请压缩或分开上传。"})
    if kind not in _STARTS:
        raise Invalid(fields={"file": "只能上传 PDF、JPG、PNG、Word 或 Excel 文件。"})
    if not body.startswith(_STARTS[kind]) or _INSIDE.get(kind, b"") not in body:
        raise Invalid(fields={"file": f"文件内容与扩展名“{ending}”不符,可能已损坏或改过名。请用原文件重新上传。"})
    return kind
