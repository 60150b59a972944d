"""Colours that everybody can read, tell apart and print: the tokens of the style sheet, in light and in dark."""

import re
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STYLE = files("dashboards").joinpath("assets", "style.css").read_text(encoding="utf-8")
TEXT = ("ink", "muted", "accent", "warmth", "light", "good", "attention", "fault", "baseline")
SERIES = (("accent", "baseline"), ("warmth", "accent"), ("attention", "baseline"))
"""Colours that meet in one plot; whatever else differs by mark and label as well."""

VISION = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "trichromacy": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}
"""Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE TVCG
15 (2009), table 1, severity 1.0; on linear RGB."""

LEAST_DISTANCE = 10.0
"""CIE 1976 colour difference; 2.3 is just noticeable."""


def tokens(dark: bool) -> dict[str, str]:
    found = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    pairs = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in found]
    return {**pairs[0], **(pairs[1] if dark else {})}


def linear(colour: str) -> Floats:
    value = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    lights = sorted(float(np.dot(linear(colour), [0.2126, 0.7152, 0.0722])) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: Floats) -> Floats:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    ratio = xyz / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: str) -> float:
    seen = [lab(np.array(VISION[vision]) @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", TEXT)
def test_text_has_the_contrast_of_level_aa(name: str, dark: bool) -> None:
    colours = tokens(dark)
    assert contrast(colours[name], colours["paper"]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", [name for name in TEXT if name != "baseline"])
def test_text_on_a_soft_ground_too(name: str, dark: bool) -> None:
    colours = tokens(dark)
    assert contrast(colours[name], colours["soft"]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", VISION)
def test_series_stay_apart_for_every_eye(vision: str, dark: bool) -> None:
    colours = tokens(dark)
    for one, other in SERIES:
        assert distance(colours[one], colours[other], vision) >= LEAST_DISTANCE


def test_series_differ_by_dash_and_mark_in_grey_print() -> None:
    for name in ("baseline", "estimated", "guarantee"):
        assert re.search(rf"^\.{name} {{[^}}]*stroke-dasharray", STYLE, re.MULTILINE)
    assert not re.search(r"^\.line {[^}]*stroke-dasharray", STYLE, re.MULTILINE)


def test_the_colour_checks_can_fail() -> None:
    assert contrast("#999999", "#ffffff") < 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distance("#b33b3b", "#6f6f2e", "trichromacy") > LEAST_DISTANCE
    assert min(distance("#c05050", "#806a20", vision) for vision in VISION) < 30
