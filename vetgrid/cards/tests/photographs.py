"""Drawn photographs for tests: a head on shoulders before a wall, as good or bad as the test asks."""

import io

from PIL import Image, ImageDraw, ImageFilter

WHITE = (255, 255, 255)


def portrait(
    *,
    size: tuple[int, int] = (352, 440),
    ground: tuple[int, int, int] = WHITE,
    head: float = 0.66,
    shift: float = 0.0,
    top: float = 0.09,
    second: bool = False,
    shadow: bool = False,
    noise: bool = True,
) -> Image.Image:
    """A picture: `head` is the head's share of the height, `shift` how far it is off the middle."""
    wide, high = size
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    if shadow:
        draw.rectangle((int(wide * 0.86), 0, wide, high), fill=(212, 212, 212))
    middles = [wide * (0.5 + shift)] if not second else [wide * 0.27, wide * 0.73]
    for middle in middles:
        _figure(draw, middle, wide, high, head if not second else head * 0.6, top)
    if noise:
        grain = Image.effect_noise(size, 60).convert("L")
        figure = image.convert("L").point([255 if value < 190 else 0 for value in range(256)])
        rough = Image.merge("RGB", [grain.point([min(190, value) for value in range(256)])] * 3)
        image = Image.composite(Image.blend(image, rough, 0.35), image, figure)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def _figure(draw: ImageDraw.ImageDraw, middle: float, wide: int, high: int, head: float, top: float) -> None:
    tall = high * head
    broad = tall * 0.72
    crown, chin = high * top, high * top + tall
    skin, hair, coat = (203, 160, 130), (40, 34, 32), (38, 52, 84)
    neck = broad * 0.24
    draw.rectangle((middle - neck, chin - tall * 0.15, middle + neck, chin + high * 0.08), fill=skin)
    draw.ellipse((middle - broad / 2, crown, middle + broad / 2, chin), fill=skin)
    draw.chord((middle - broad / 2, crown, middle + broad / 2, chin), 190, 350, fill=hair)
    shoulder = chin + high * 0.05
    draw.ellipse((middle - broad * 0.95, shoulder, middle + broad * 0.95, high * 1.6), fill=coat)
    for side in (-1, 1):
        eye = middle + side * broad * 0.19
        draw.ellipse(
            (eye - broad * 0.06, crown + tall * 0.46, eye + broad * 0.06, crown + tall * 0.52), fill=(30, 25, 25)
        )


def jpeg(image: Image.Image, *, quality: int = 92, dpi: int = 300, least: int = 21_000) -> bytes:
    """The picture as a file; a comment fills it up to `least` bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=0)
    short = least - len(buffer.getvalue())
    if short > 0:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=0, comment=b" " * short)
    return buffer.getvalue()


def good() -> bytes:
    return jpeg(portrait())


def from_a_phone(*, ground: tuple[int, int, int] = (222, 220, 217), head: float = 0.35) -> bytes:
    """A larger picture before a light wall, with the head too small and off the middle."""
    return jpeg(portrait(size=(1500, 2000), ground=ground, head=head, shift=0.06, top=0.2), quality=85, dpi=72, least=0)
