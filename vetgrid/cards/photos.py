"""The photograph, measured: the file, then the picture; and a conforming file made from a phone's photograph.

Only brightness and outline are measured. What that cannot see (whose face, eyes, hats, uniforms) is asked of the clerk
(data/cards/photo.toml), and the pages say so.
"""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageOps, UnidentifiedImageError

from vetgrid.cards import policy
from vetgrid.core.errors import Invalid

Image.MAX_IMAGE_PIXELS = 60_000_000
_LARGEST = 60_000_000
_BROKEN = "这不是能打开的照片,可能已损坏。请换一张 JPG 或 PNG 照片。"


@dataclass(frozen=True)
class Finding:
    """One thing that was measured: its key, what was found in a sentence, and whether it passes."""

    key: str
    sentence: str
    is_good: bool

    def row(self) -> list[object]:
        return [self.key, self.sentence, self.is_good]


@dataclass(frozen=True)
class Outline:
    """The silhouette against the ground: the box of the head and how many outlines stand beside each other there."""

    top: int
    chin: int
    left: int
    right: int
    heads: int

    @property
    def height(self) -> int:
        return self.chin - self.top

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def opened(body: bytes) -> Image.Image:
    """The picture; raises Invalid for anything that is none or too large to be looked at safely."""
    try:
        image = Image.open(io.BytesIO(body), formats=("JPEG", "PNG"))
        if image.width * image.height > _LARGEST:
            raise Invalid(fields={"photo": "照片太大(超过6000万像素),请先缩小。"})
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(fields={"photo": _BROKEN}) from error
    return image


def check(body: bytes) -> list[Finding]:
    """File and picture together."""
    image = opened(body)
    return [*check_file(body, image), *check_picture(image)]


def check_file(body: bytes, image: Image.Image) -> list[Finding]:
    """Size in pixels, dots an inch, bytes, kind, colour depth."""
    want = policy.photo()["file"]
    dpi = image.info.get("dpi", (0, 0))
    low, high = want["bytes_from"], want["bytes_to"]
    kilo = len(body) / 1024
    return [
        _finding("kind", image.format == "JPEG", f"文件格式{image.format}", "应为 JPG"),
        _finding("depth", image.mode == "RGB", f"颜色{image.mode}", "应为24位真彩色"),
        _finding(
            "size",
            image.size == (want["width"], want["height"]),
            f"{image.width}×{image.height}像素",
            f"应为{want['width']}×{want['height']}",
        ),
        _finding(
            "dpi",
            all(round(float(value)) == want["dpi"] for value in dpi),
            f"分辨率{round(float(dpi[0]))}DPI",
            "应为300DPI",
        ),
        _finding("bytes", low <= len(body) <= high, f"{kilo:.1f}KB", f"应为{low // 1024}至{high // 1024}KB"),
    ]


def _finding(key: str, is_good: bool, found: str, wanted: str) -> Finding:
    return Finding(key, found if is_good else f"{found},{wanted}", is_good)


def check_picture(image: Image.Image) -> list[Finding]:
    """White ground, no shadow on it, one outline, its head's height and middle."""
    want = policy.photo()["picture"]
    small = image.convert("RGB").resize((176, 220), Image.Resampling.BOX)
    white, shadow = _border(small, want)
    found = [
        _finding("white", white >= want["border_white"], f"边缘白底占{white:.0%}", "背景应为纯白"),
        _finding(
            "shadow", shadow <= want["shadow_share"], f"边缘阴影占{shadow:.1%}", "背景上有阴影,请离墙远一些、光线均匀"
        ),
    ]
    outline = outline_of(_figure(small, want["white"]))
    if outline is None:
        return [*found, Finding("one", "没有找到人像轮廓,请正对镜头、背景用白墙重拍", False)]
    share, shift = outline.height / small.height, abs(outline.middle / small.width - 0.5)
    return [
        *found,
        _finding("one", outline.heads == 1, f"{outline.heads}个人像轮廓", "只能有一个人,背景里不要有别的东西"),
        _finding("head", want["head_from"] <= share <= want["head_to"], f"头部占高度{share:.0%}", "应约占三分之二"),
        _finding("centre", shift <= want["centre"], f"头部偏离中线{shift:.0%}", "请居中"),
    ]


def _darkest(image: Image.Image) -> Image.Image:
    """The smallest of the three channels at every point: white is what is bright in all of them."""
    red, green, blue = image.split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)


def _figure(image: Image.Image, white: int) -> Image.Image:
    """255 where the figure is, 0 where the ground is white."""
    return _darkest(image).point([255 if value < white else 0 for value in range(256)])


def _zones(image: Image.Image) -> list[Image.Image]:
    """Where there must be ground: a strip along the top, and the sides down to the shoulders."""
    wide, high = image.size
    strip, side, down = max(1, high // 20), max(1, wide // 14), int(high * 0.5)
    return [
        image.crop((0, 0, wide, strip)),
        image.crop((0, 0, side, down)),
        image.crop((wide - side, 0, wide, down)),
    ]


def _border(image: Image.Image, want: dict[str, Any]) -> tuple[float, float]:
    """Shares of white and of grey (a shadow: less than white, but colourless) in the border zones."""
    total = white = shadow = 0
    for zone in _zones(image):
        red, green, blue = zone.split()
        dark = _darkest(zone)
        bright = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        is_grey = ImageChops.subtract(bright, dark).point([255 if value < 24 else 0 for value in range(256)])
        is_dim = dark.point([255 if want["shadow"] <= value < want["white"] else 0 for value in range(256)])
        total += zone.width * zone.height
        white += sum(dark.histogram()[want["white"] :])
        shadow += ImageChops.darker(is_grey, is_dim).histogram()[255]
    return white / total, shadow / total


def outline_of(figure: Image.Image) -> Outline | None:
    """The head of the silhouette: from its top to where it is narrowest between the head's and the shoulders' width."""
    wide, high = figure.size
    data = figure.tobytes()
    rows = [_runs(data[at * wide : (at + 1) * wide], least=max(2, wide // 40)) for at in range(high)]
    widths = [sum(right - left for left, right in runs) for runs in rows]
    top = next((at for at in range(high) if widths[at] >= wide * 0.05), None)
    if top is None or high - top < high * 0.25:
        return None
    below = range(top, min(high, top + int(high * 0.85)))
    chin = _neck(widths, below, wide)
    if chin is None:
        return None
    head = [runs for runs in rows[top:chin] if runs]
    if not head:
        return None
    left, right = min(runs[0][0] for runs in head), max(runs[-1][1] for runs in head)
    broad = [runs for runs in rows[top + (chin - top) // 4 : chin - (chin - top) // 8] if runs]
    several = sum(sum(stop - start > wide * 0.12 for start, stop in runs) > 1 for runs in broad)
    return Outline(top, chin, left, right, 2 if broad and several > len(broad) * 0.25 else 1)


def _neck(widths: list[int], below: range, wide: int) -> int | None:
    """The row of the neck: the narrowest after the head's broadest row, before the outline grows to the shoulders."""
    broadest, neck = 0, None
    narrow = wide + 1
    for at in below:
        width = widths[at]
        if width > broadest and (neck is None or narrow > broadest * 0.9):
            broadest, narrow, neck = width, width, at
        elif width < narrow:
            narrow, neck = width, at
        elif neck is not None and narrow <= broadest * 0.9 and width > narrow * 1.35:
            return neck
    return neck if neck is not None and narrow <= broadest * 0.9 else None


def _runs(row: bytes, *, least: int) -> list[tuple[int, int]]:
    """Stretches of the figure in one row, specks left out."""
    found, start = [], None
    for at, value in enumerate(row + b"\0"):
        if value and start is None:
            start = at
        elif not value and start is not None:
            if at - start >= least:
                found.append((start, at))
            start = None
    return found


@dataclass(frozen=True)
class Made:
    """A file made from a photograph, with what was done and what still fails."""

    body: bytes
    done: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_good(self) -> bool:
        return all(finding.is_good for finding in self.findings)


def made_from(body: bytes) -> Made:
    """Turned upright, cut to the head, scaled, the ground flattened to white when it is nearly white, saved to size."""
    want, sizes = policy.photo()["picture"], policy.photo()["file"]
    image = ImageOps.exif_transpose(opened(body)).convert("RGB")
    image.thumbnail((2400, 2400), Image.Resampling.LANCZOS)
    done = []
    is_even = _is_even_ground(image, want)
    outline = _outline_on_ground(image) if is_even else None
    box = _box(image, outline, sizes["width"] / sizes["height"])
    done.append("按头部裁剪" if outline else "居中裁剪(背景不是均匀的浅色,量不出头部)")
    image = _cut(image, box).resize((sizes["width"], sizes["height"]), Image.Resampling.LANCZOS)
    if is_even:
        image = _flattened(image, want)
        done.append("浅色背景改为纯白")
    else:
        done.append("背景没有改动:不是均匀的浅色,改了会失真,请在白墙前重拍")
    saved = _saved(image, sizes)
    done.append(f"保存为{sizes['width']}×{sizes['height']}像素、{sizes['dpi']}DPI、{len(saved) / 1024:.1f}KB")
    return Made(saved, tuple(done), tuple(check(saved)))


def _is_even_ground(image: Image.Image, want: dict[str, Any]) -> bool:
    """Whether the border zones are bright and even enough to be taken for a plain light wall."""
    small = image.resize((176, 220), Image.Resampling.BOX)
    for zone in _zones(small):
        counts = _darkest(zone).histogram()
        total = sum(counts)
        low, high = _at_share(counts, total * 0.03), _at_share(counts, total * 0.97)
        if low < want["ground_white"] or high - low > want["ground_spread"] * 1.5:
            return False
    return True


def _at_share(counts: list[int], wanted: float) -> int:
    passed = 0
    for value, count in enumerate(counts):
        passed += count
        if passed >= wanted:
            return value
    return 255


def _outline_on_ground(image: Image.Image) -> tuple[Outline, float] | None:
    """The outline on a light wall: what is clearly darker than the wall; with the scale back to the image."""
    high = 240
    small = image.resize((max(1, image.width * high // image.height), high), Image.Resampling.BOX)
    counts: list[int] = [0] * 256
    for zone in _zones(small):
        counts = [a + b for a, b in zip(counts, _darkest(zone).histogram(), strict=True)]
    ground = _at_share(counts, sum(counts) * 0.03)
    found = outline_of(_figure(small, max(60, ground - 22)))
    return (found, image.height / high) if found else None


def _box(image: Image.Image, found: tuple[Outline, float] | None, ratio: float) -> tuple[int, int, int, int]:
    """What to cut out: the head two thirds of the height, its middle in the middle; the largest fitting box without a head."""
    if found is None:
        high = min(image.height, int(image.width / ratio))
        wide = int(high * ratio)
        left = (image.width - wide) // 2
        return left, 0, left + wide, high
    outline, scale = found
    high = int(outline.height * scale / 0.64)
    wide = int(high * ratio)
    left = int(outline.middle * scale - wide / 2)
    top = int(outline.top * scale - high * 0.09)
    return left, top, left + wide, top + high


def _cut(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The box, also where it reaches beyond the picture: there the nearest ground goes on."""
    left, top, right, bottom = box
    if left >= 0 and top >= 0 and right <= image.width and bottom <= image.height:
        return image.crop(box)
    ground = image.crop((0, 0, max(1, image.width // 10), max(1, image.height // 20))).resize(
        (1, 1), Image.Resampling.BOX
    )
    canvas = Image.new("RGB", (right - left, bottom - top), ground.getpixel((0, 0)))
    canvas.paste(image, (-left, -top))
    return canvas


def _flattened(image: Image.Image, want: dict[str, Any]) -> Image.Image:
    """The ground, from the upper edge and sides inwards, becomes white; only what hangs together with the edge is touched."""
    tolerance = want["ground_spread"] * 3
    mark = (255, 0, 255)
    marked = image.copy()
    wide, high = image.size
    seeds = [(at, 0) for at in range(0, wide, 16)] + [(at, y) for at in (0, wide - 1) for y in range(0, high // 2, 16)]
    for seed in seeds:
        if marked.getpixel(seed) != mark and min(image.getpixel(seed)) >= want["ground_white"] - 20:  # type: ignore[arg-type]  # RGB
            ImageDraw.floodfill(marked, seed, mark, thresh=tolerance)
    ground = ImageChops.difference(marked, Image.new("RGB", image.size, mark))
    mask = _lightest(ground).point([255 if value == 0 else 0 for value in range(256)])
    white = Image.new("RGB", image.size, (255, 255, 255))
    return Image.composite(white, image, mask)


def _lightest(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _saved(image: Image.Image, sizes: dict[str, Any]) -> bytes:
    """JPEG of the best quality that stays under the limit; a very plain picture is filled up with a comment to the lower one."""
    for quality in (95, 92, 88, 84, 80, 74, 68, 60, 50):
        body = _jpeg(image, quality, sizes["dpi"], b"")
        if len(body) <= sizes["bytes_to"]:
            break
    short = sizes["bytes_from"] + 64 - len(body)
    return body if short <= 0 else _jpeg(image, quality, sizes["dpi"], b" " * short)


def _jpeg(image: Image.Image, quality: int, dpi: int, comment: bytes) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True, dpi=(dpi, dpi), comment=comment)
    return buffer.getvalue()
