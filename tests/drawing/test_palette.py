"""Arms can be told apart: in colour, with colour blindness, in grey, on white and on dark."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from thresher.drawing.palette import COLOURS, DASHES, ink_on, look

# Machado, Oliveira & Fernandes (2009), doi 10.1109/TVCG.2009.113, severity 1.0, linear RGB.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB, white point D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_twenty_arms_have_twenty_looks():
    assert len({(look(i).colour, look(i).dash) for i in range(20)}) == 20
    assert len({(look(i).colour, look(i).marker) for i in range(7)}) == 7


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_has_contrast_on_white_and_on_a_dark_page(colour):
    light = luminance(colour)
    assert 1.05 / (light + 0.05) >= 3
    assert (light + 0.05) / (luminance("#121212") + 0.05) >= 3


@pytest.mark.parametrize("kind", BLINDNESS)
def test_arms_of_one_line_style_differ_in_colour_for_a_colour_blind_reader(kind):
    matrix = np.array(BLINDNESS[kind])
    for a, b in combinations(range(8), 2):
        if look(a).dash == look(b).dash:
            seen = [lab(matrix @ linear(look(i).colour)) for i in (a, b)]
            assert np.linalg.norm(seen[0] - seen[1]) > 12, (a, b)


def test_neighbours_differ_in_line_style_so_that_grey_is_enough():
    assert len({look(i).dash for i in range(4)}) == len(DASHES) == 4
    assert all(look(i).dash != look(i + 1).dash for i in range(19))


def test_the_reference_and_first_arm_is_a_solid_line():
    assert look(0).dash == ()


@pytest.mark.parametrize(
    "fill", [(0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), to_rgb("#0072b2"), (0, 1, 0)]
)
def test_ink_has_a_contrast_of_four_and_a_half_on_any_fill(fill):
    light, dark = sorted((luminance(ink_on(fill)), luminance(fill)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
