"""A plot as a file of its own: explicit colours where the console's style sheet has variables."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as SVG writes them, and the font; the colours are the light ones of the console."""

    ink: str = "#1b1f24"
    paper: str = "#ffffff"
    muted: str = "#59616c"
    accent: str = "#0f62a8"
    baseline: str = "#6b7280"
    hairline: str = "#d4d8dd"
    font: str = "sans-serif"


def standalone(plot: Markup, width_px: int, height_px: int, palette: Palette) -> str:
    """The plot as an SVG document that needs no style sheet around it.

    Args:
        plot: What a drawing function returns.
        width_px: Its width. [px]
        height_px: Its height. [px]
        palette: What it is drawn with.
    """
    opening, _, rest = str(plot).partition(">")
    size = f'xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{height_px}"'
    return f"{opening.replace('<svg', f'<svg {size}', 1)}><style>{_style(palette)}</style>{rest}"


def _style(palette: Palette) -> str:
    return " ".join(
        f"{selector}{{{rule}}}"
        for selector, rule in (
            ("path", "fill:none"),
            ("text", f"fill:{palette.muted};font-family:{palette.font};font-size:13px"),
            (".under", "font-size:12px"),
            (".label", f"fill:{palette.ink}"),
            (".grid", f"stroke:{palette.hairline}"),
            (".zero", f"stroke:{palette.baseline}"),
            (".tick", f"stroke:{palette.baseline}"),
            (".bar", f"fill:{palette.accent};fill-opacity:0.85"),
            (".estimated", f"stroke:{palette.accent};stroke-dasharray:1.5 2"),
            (".baseline", f"stroke:{palette.baseline};stroke-width:2;stroke-dasharray:6 4"),
            (".baseline-dot", f"stroke:{palette.baseline};stroke-width:4;stroke-linecap:round"),
            (".left-out", f"stroke:{palette.baseline};stroke-width:3"),
            (".line", f"stroke:{palette.accent};stroke-width:2.5;stroke-linejoin:round"),
            (".dot", f"stroke:{palette.accent};stroke-width:5;stroke-linecap:round"),
            (".band", f"fill:{palette.accent};fill-opacity:0.25"),
            (".line.unproven", f"stroke:{palette.baseline}"),
            (".dot.unproven", f"stroke:{palette.baseline}"),
            (".band.unproven", f"fill:{palette.baseline};fill-opacity:0.25"),
            (".guarantee", f"stroke:{palette.ink};stroke-width:1.5;stroke-dasharray:2 3"),
            (".cloud", f"stroke:{palette.accent};stroke-width:5;stroke-linecap:round;stroke-opacity:0.6"),
            (".ring-edge", f"stroke:{palette.baseline};stroke-width:6;stroke-linecap:round"),
            (".ring-hole", f"stroke:{palette.paper};stroke-width:3.5;stroke-linecap:round"),
        )
    )
