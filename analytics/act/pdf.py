"""The act on paper, set by typst with the fonts that it brings along."""

import io
from collections.abc import Callable, Mapping
from importlib.resources import files

import msgspec
import segno
import typst

from analytics.act.content import Act
from analytics.act.texts import TEXTS
from teplosvet.words.figures import NO_BREAK

PLOTS = ("daily", "cumulative", "fit")
"""In the order in which they stand."""

_compile: Callable[..., bytes] = typst.compile
"""It also takes a mapping of names to files, which its stub does not say."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def act_json(act: Act) -> bytes:
    """The act as JSON, with decimals as numbers."""
    return msgspec.json.format(_ENCODER.encode(act), indent=2)


def act_pdf(act: Act, drawings: Mapping[str, str], confidence: str) -> bytes:
    """The act as PDF.

    Args:
        act: What it says.
        drawings: SVG documents by the name of the plot.
        confidence: Of the band, as it is written.
    """
    words = TEXTS[act.language]
    shown = [
        {"name": name, "title": words[f"plot.{name}"], "key": words[f"plot.{name}.key"].format(confidence=confidence)}
        for name in PLOTS
        if name in drawings
    ]
    sources = {
        "main": files("analytics.act").joinpath("act.typ").read_bytes(),
        "act.json": _ENCODER.encode(act),
        "words.json": msgspec.json.encode(words),
        "plots.json": msgspec.json.encode(shown),
        "qr.svg": _qr(act),
        **{f"{name}.svg": drawing.encode() for name, drawing in drawings.items()},
    }
    return bytes(_compile(sources, format="pdf", ignore_system_fonts=True))


def confidence_text(confidence: float) -> str:
    """``90 %``"""
    return f"{confidence * 100:.0f}{NO_BREAK}%"


def _qr(act: Act) -> bytes:
    out = io.BytesIO()
    segno.make(f"teplosvet statement {act.statement_number} sha256 {act.digest}", error="m").save(
        out, kind="svg", border=0
    )
    return out.getvalue()
