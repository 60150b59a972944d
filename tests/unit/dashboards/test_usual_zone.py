"""The zone that a page names is the one that the SQL of its panels makes days of."""

import re
from pathlib import Path

from dashboards.panels import choices

PANELS = Path(choices.__file__).parent


def test_panels_of_no_building_make_days_of_the_zone_that_is_named() -> None:
    said = [re.findall(r"AT TIME ZONE '([^']+)'", file.read_text("utf-8")) for file in sorted(PANELS.glob("*.sql"))]
    zones = [zone for each in said for zone in each]
    assert zones
    assert set(zones) == {choices.USUAL_ZONE}
