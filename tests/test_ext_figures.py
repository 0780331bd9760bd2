"""Figures keep their place on the page before they have loaded."""

import struct

import pytest

from _ext import figures


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('<?xml version="1.0"?>\n<svg xmlns="x" width="90pt" height="60pt" viewBox="0 0 9 6">', (120, 80)),
        ('<svg height="7" width="9px">', (9, 7)),
        ('<svg viewBox="0 0 9 6">', None),
        ('<svg stroke-width="9" width="100%" height="6">', None),
    ],
)  # fmt: skip
def test_the_size_of_a_drawing_is_read_in_pixels(tmp_path, head, size):
    path = tmp_path / "a.svg"
    path.write_text(head + "</svg>", encoding="utf-8")
    assert figures.size_of(path) == size


def test_the_size_of_a_png_is_read(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08")
    assert figures.size_of(path) == (640, 480)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text('<svg width="9" height="6"></svg>')
    (tmp_path / "chapters").mkdir()
    return tmp_path / "chapters"


def test_a_figure_becomes_lazy_and_keeps_its_place(folder):
    placed = figures.place('<img alt="A line." src="../_images/a.svg" />', folder)
    assert placed == (
        '<img loading="lazy" width="9" height="6" alt="A line." src="../_images/a.svg" />'
    )
    assert figures.place(placed, folder) == placed


def test_a_width_that_the_author_chose_stays(folder):
    placed = figures.place('<img alt="A." src="../_images/a.svg" width="50%" />', folder)
    assert placed == '<img loading="lazy" alt="A." src="../_images/a.svg" width="50%" />'


@pytest.mark.parametrize(
    "image", ['<img alt="x" src="../_images/lost.svg">', '<img alt="x" src="../_static/logo.svg">']
)
def test_other_images_stay_as_they_are(folder, image):
    assert figures.place(image, folder) == image
