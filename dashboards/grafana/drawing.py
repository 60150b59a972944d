"""How each kind of plot is drawn in Grafana: panel type, shape of the answer, options, and how columns look."""

from collections.abc import Mapping

from dashboards.grafana.schema import grafana
from dashboards.grafana.source import PREFIX
from dashboards.panels.panel import Field, Panel, Part, Plot, Unit
from teplosvet.words.catalogue import gettext

COLOURS: Mapping[str, str] = {
    "accent": "#0f62a8",
    "good": "#1d7a46",
    "attention": "#9a6700",
    "fault": "#b42318",
    "baseline": "#6b7280",
}
UNITS: Mapping[Unit, str] = {
    Unit.KWH: "kwatth",
    Unit.CELSIUS: "celsius",
    Unit.SHARE: "percentunit",
    Unit.HOURS: "h",
    Unit.SECONDS: "s",
    Unit.COUNT: "none",
    Unit.MONEY: "locale",
    Unit.MOMENT: "dateTimeAsLocal",
    Unit.DAY: "time:YYYY-MM-DD",
    Unit.WORDS: "string",
    Unit.OF_QUANTITY: "short",
}
TYPES: Mapping[Plot, str] = {
    Plot.TIME_SERIES: "timeseries",
    Plot.STAT: "stat",
    Plot.TABLE: "table",
    Plot.HEAT_MAP: "status-history",
    Plot.SCATTER: "xychart",
    Plot.BAR: "barchart",
    Plot.STATE_TIMELINE: "state-timeline",
    Plot.DOT_BANDS: "table",
}
_LEGEND = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
_TOOLTIP = {"mode": "multi", "sort": "none"}


def shape(panel: Panel) -> str:
    """Whether columns of text name series."""
    return "time_series" if panel.plot in {Plot.TIME_SERIES, Plot.HEAT_MAP} else "table"


def options(panel: Panel) -> dict[str, object]:  # noqa: PLR0911  # one for each kind of plot
    """Options of the panel type."""
    match panel.plot:
        case Plot.TIME_SERIES:
            return {"legend": _LEGEND, "tooltip": _TOOLTIP}
        case Plot.STAT:
            return {
                "colorMode": "value",
                "graphMode": "none",
                "justifyMode": "auto",
                "orientation": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "/.*/", "values": False},
                "textMode": "value_and_name",
            }
        case Plot.TABLE | Plot.DOT_BANDS:
            return {"cellHeight": "sm", "showHeader": True}
        case Plot.HEAT_MAP:
            return {
                "legend": {**_LEGEND, "showLegend": False},
                "showValue": "never",
                "rowHeight": 0.9,
                "tooltip": _TOOLTIP,
            }
        case Plot.STATE_TIMELINE:
            return {"legend": _LEGEND, "showValue": "auto", "mergeValues": True, "tooltip": _TOOLTIP}
        case Plot.BAR:
            category = next(each.name for each in panel.fields if each.part is Part.CATEGORY)
            return {
                "legend": _LEGEND,
                "orientation": "horizontal",
                "showValue": "auto",
                "tooltip": _TOOLTIP,
                "xField": category,
            }
        case Plot.SCATTER:
            return {
                "legend": _LEGEND,
                "mapping": "manual",
                "series": _clouds(panel),
                "tooltip": {"mode": "single", "sort": "none"},
            }


def _clouds(panel: Panel) -> list[dict[str, object]]:
    across = next(each.name for each in panel.fields if each.part is Part.X)

    def column(name: str) -> dict[str, object]:
        return {"matcher": {"id": "byName", "options": name}}

    return [{"x": column(across), "y": column(each.name)} for each in panel.fields if each.part is not Part.X]


def custom(panel: Panel) -> dict[str, object]:
    """Defaults of the columns: a gap stays a gap."""
    match panel.plot:
        case Plot.TIME_SERIES:
            return {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "spanNulls": False}
        case Plot.SCATTER:
            return {"show": "points", "pointSize": {"fixed": 4}}
        case Plot.HEAT_MAP | Plot.STATE_TIMELINE | Plot.BAR:
            return {"fillOpacity": 80, "lineWidth": 1}
        case _:
            return {}


def look(panel: Panel, field: Field) -> list[grafana.DynamicConfigValue]:
    """How one column looks: its title and unit, its line by its part, and where it leads."""
    found = {"displayName": gettext(field.title), "unit": UNITS[field.unit], **_line(panel, field)}
    link = panel.link
    if link is not None and link.field == field.name:
        value = f'${{__data.fields["{field.name}"]}}'
        url = f"/d/{PREFIX}{link.dashboard}?var-{link.variable}={value}&${{__url_time_range}}"
        found["links"] = [{"title": gettext("Open"), "url": url}]
    return [grafana.DynamicConfigValue(id_val=name, value=value) for name, value in found.items()]


def _line(panel: Panel, field: Field) -> dict[str, object]:
    if panel.plot is not Plot.TIME_SERIES:
        return {}
    fixed = {"mode": "fixed", "fixedColor": COLOURS["accent"]}
    match field.part:
        case Part.REFERENCE:
            dashes = {"fill": "dash", "dash": [8, 6]}
            return {"custom.lineStyle": dashes, "color": {"mode": "fixed", "fixedColor": COLOURS["baseline"]}}
        case Part.ESTIMATED:
            return {
                "custom.lineStyle": {"fill": "dot", "dash": [2, 4]},
                "color": {"mode": "fixed", "fixedColor": COLOURS["attention"]},
            }
        case Part.LOWER:
            return {"custom.lineWidth": 0, "color": fixed}
        case Part.UPPER:
            below = next(gettext(each.title) for each in panel.fields if each.part is Part.LOWER)
            return {"custom.lineWidth": 0, "custom.fillBelowTo": below, "custom.fillOpacity": 15, "color": fixed}
        case _:
            return {}


def transformations(panel: Panel) -> list[grafana.DataTransformerConfig]:
    """What Grafana has to do to the answer before it draws it."""
    if panel.plot is not Plot.STATE_TIMELINE:
        return []
    hidden = {each.name: True for each in panel.fields if each.part is Part.CATEGORY}
    return [
        grafana.DataTransformerConfig(
            id_val="organize", options={"excludeByName": hidden, "indexByName": {}, "renameByName": {}}
        )
    ]
