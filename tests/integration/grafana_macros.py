"""What Grafana's PostgreSQL data source makes of a query before it sends it: macros, then nothing else.

Written from the data source's documentation (grafana.com/docs, "PostgreSQL query editor", macros) and independent of
`dashboards.panels.macros`. Variables are filled in by the browser before that.
"""

import re
from collections.abc import Mapping, Sequence


class UnknownMacroError(ValueError):
    """A macro or variable that Grafana would leave as it stands, and PostgreSQL would refuse."""


def sqlstring(values: Sequence[str]) -> str:
    """The format ``:sqlstring``: quoted, quotes doubled, separated by commas."""
    return ",".join("'" + value.replace("'", "''") + "'" for value in values)


def expand(text: str, start: str, end: str, chosen: Mapping[str, Sequence[str]], timescale: bool = False) -> str:
    for name, values in chosen.items():
        text = text.replace(f"${{{name}:sqlstring}}", sqlstring(values))
    text = re.sub(r"\$__timeFilter\(([^()]*)\)", rf"\1 BETWEEN '{start}' AND '{end}'", text)
    text = text.replace("$__timeFrom()", f"'{start}'").replace("$__timeTo()", f"'{end}'")
    text = re.sub(r"\$__timeGroup\(([^(),]*),\s*'?1h'?\)", _hours(timescale), text)
    if "$" in text:
        raise UnknownMacroError(text)
    return text


def _hours(timescale: bool) -> str:
    return r"time_bucket('3600.000s',\1)" if timescale else r"floor(extract(epoch from \1)/3600)*3600"
