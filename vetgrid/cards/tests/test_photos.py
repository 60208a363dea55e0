"""The photograph on generated pictures: each fault is found and named, and a phone's photograph becomes a conforming file or an honest no."""

import io

import pytest
from PIL import Image

from vetgrid.cards import photos
from vetgrid.cards.tests import photographs
from vetgrid.core.errors import Invalid


def bad(body: bytes) -> set[str]:
    return {finding.key for finding in photos.check(body) if not finding.is_good}


def test_a_good_photograph_passes_every_measurement():
    assert bad(photographs.good()) == set()


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (photographs.jpeg(photographs.portrait(size=(300, 375))), "size"),
        (photographs.jpeg(photographs.portrait(), dpi=72), "dpi"),
        (photographs.jpeg(photographs.portrait(noise=False), quality=60, least=0), "bytes"),
        (photographs.jpeg(photographs.portrait(), least=60_000), "bytes"),
        (photographs.jpeg(photographs.portrait().convert("L")), "depth"),
        (photographs.jpeg(photographs.portrait(ground=(70, 110, 200))), "white"),
        (photographs.jpeg(photographs.portrait(ground=(225, 225, 225))), "shadow"),
        (photographs.jpeg(photographs.portrait(shadow=True)), "shadow"),
        (photographs.jpeg(photographs.portrait(second=True)), "one"),
        (photographs.jpeg(photographs.portrait(head=0.38)), "head"),
        (photographs.jpeg(photographs.portrait(head=0.6, shift=0.12)), "centre"),
        (photographs.jpeg(Image.new("RGB", (352, 440), (255, 255, 255))), "one"),
    ],
    ids=[
        "small",
        "dpi",
        "too-few-bytes",
        "too-many-bytes",
        "grey",
        "blue-wall",
        "grey-wall",
        "shadow",
        "two",
        "far",
        "aside",
        "nobody",
    ],
)
def test_a_fault_is_found_and_said_in_a_sentence(body, key):
    assert key in bad(body)
    assert all(finding.sentence for finding in photos.check(body))


def test_a_png_is_not_the_kind_that_is_asked_for():
    buffer = io.BytesIO()
    photographs.portrait().save(buffer, "PNG", dpi=(300, 300))
    assert "kind" in bad(buffer.getvalue())


@pytest.mark.parametrize("body", [b"", b"\xff\xd8\xff broken", b"GIF89a" + b"x" * 40, photographs.good()[:900]])
def test_what_is_no_picture_gets_a_sentence(body):
    with pytest.raises(Invalid, match="不是能打开的照片"):
        photos.check(body)


@pytest.mark.parametrize("head", [0.3, 0.4, 0.5])
@pytest.mark.parametrize("ground", [(222, 220, 217), (240, 240, 240), (210, 212, 215)])
def test_a_phones_photograph_before_a_light_wall_becomes_a_conforming_file(head, ground):
    made = photos.made_from(photographs.from_a_phone(head=head, ground=ground))
    assert made.is_good, [finding.sentence for finding in made.findings if not finding.is_good]
    image = Image.open(io.BytesIO(made.body))
    assert image.size == (352, 440) and image.getpixel((3, 3)) == (255, 255, 255)
    assert 20 * 1024 <= len(made.body) <= 50 * 1024


def test_a_coloured_wall_is_left_alone_and_the_page_says_to_take_it_again():
    made = photos.made_from(photographs.from_a_phone(ground=(120, 140, 180)))
    assert not made.is_good
    assert any("没有改动" in line for line in made.done)
    corner = Image.open(io.BytesIO(made.body)).getpixel((3, 3))
    assert max(corner) < 210, "the wall was whitened"


def test_flattening_never_touches_the_face():
    made = photos.made_from(photographs.from_a_phone())
    image = Image.open(io.BytesIO(made.body))
    middle = image.getpixel((176, 200))
    assert max(middle) < 235


def test_a_photograph_lying_on_its_side_is_turned_upright():
    image = photographs.portrait(size=(1500, 2000), ground=(222, 220, 217), head=0.4, top=0.2).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=85)
    assert photos.made_from(buffer.getvalue()).is_good
