"""The site file and the gateway's configuration of a simulated basement, as an installer would write them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the composition root loads services lazily
    from simulators.basement import Basement

PUBLISHER = "gw-basement"


def site_toml(there: "Basement", start: datetime) -> str:
    """Registers every device, installed at `start`."""
    lines = ["[site]", 'name = "basement"', 'zone = "Europe/Moscow"', "[[building]]", 'code = "house"']
    for wired in there.wired:
        lines += ["[[device]]", f'name = "{wired.device}"', f'class = "{wired.device_class}"']
        lines += [f'publisher = "{PUBLISHER}"', f'model = "{wired.model}"', "[[device.installation]]"]
        lines += ['building = "house"', f'serial = "{wired.serial or wired.device}"', f"from = {start.isoformat()}"]
    return "\n".join(lines)


def gateway_toml(
    there: "Basement", archive_from: datetime, broker_url: str, home: Path, intervals_s: tuple[int, int]
) -> str:
    """Reads every device.

    Args:
        there: The basement.
        archive_from: From when on the hours of heat meters are wanted.
        broker_url: Whom the gateway tells.
        home: Its folder.
        intervals_s: How often a heat meter and a light point is read. [s]
    """
    lines = ["[gateway]", f'name = "{PUBLISHER}"', f'broker = "{broker_url}"']
    lines += ['zone = "Europe/Moscow"', f'home = "{home}"']
    for name, url in there.lines.items():
        lines += ["[[line]]", f'name = "{name}"', f'url = "{url}"']
    for wired in there.wired:
        heat = wired.device_class == "heat"
        lines += ["[[meter]]", f'name = "{wired.device}"', f'line = "{wired.line}"', f'model = "{wired.model}"']
        lines += [f'address = "{wired.address}"', f"interval_s = {intervals_s[not heat]}"]
        if heat:
            lines += [f"floor_s = {intervals_s[0]}"]
            lines += ['archives = ["hour"]', f"archive_from = {archive_from.isoformat()}"]
    return "\n".join(lines)
