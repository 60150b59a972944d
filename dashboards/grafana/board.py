"""A dashboard of ours as Grafana stores it (schema v1)."""

from dashboards.grafana.drawing import COLOURS, TYPES, UNITS, custom, look, options, shape, transformations
from dashboards.grafana.schema import grafana
from dashboards.grafana.source import PREFIX, SOURCE_TYPE, SOURCE_UID, PostgresQuery, chosen_source
from dashboards.panels.boards import dashboard
from dashboards.panels.panel import Dashboard, Panel, Variable
from teplosvet.words.catalogue import gettext

SCHEMA_VERSION = 41
"""Of the JSON; newer Grafana migrates it when it loads it."""
WIDTH = 24
ROW_HEIGHT = 1


def board(found: Dashboard) -> grafana.Dashboard:
    """The dashboard in the language that is spoken now."""
    return grafana.Dashboard(
        uid=PREFIX + found.uid,
        title=gettext(found.title),
        description=gettext(found.description),
        tags=["teplosvet"],
        timezone="browser",
        editable=False,
        graph_tooltip=grafana.DashboardCursorSync.CROSSHAIR,
        time=grafana.DashboardDashboardTime(from_val=found.since, to="now"),
        timepicker=grafana.TimePickerConfig(),
        week_start="monday",
        refresh="",
        schema_version=SCHEMA_VERSION,
        panels=_panels(found),
        templating=grafana.DashboardDashboardTemplating(
            list_val=[_source(), *(_variable(each) for each in found.variables)]
        ),
        annotations=grafana.AnnotationContainer(list_val=[]),
        links=[_link(uid) for uid in found.links],
    )


def _link(uid: str) -> grafana.DashboardLink:
    return grafana.DashboardLink(
        title=gettext(dashboard(uid).title),
        type_val=grafana.DashboardLinkType.LINK,
        icon="dashboard",
        tooltip=gettext(dashboard(uid).description),
        url=f"/d/{PREFIX}{uid}",
        tags=[],
        include_vars=True,
        keep_time=True,
    )


def _source() -> grafana.VariableModel:
    return grafana.VariableModel(
        type_val=grafana.VariableType.DATASOURCE,
        name="datasource",
        label=gettext("Data source"),
        hide=grafana.VariableHide.DONT_HIDE,
        query=SOURCE_TYPE,
        current=grafana.VariableOption(selected=True, text="Teplosvet", value=SOURCE_UID),
        options=[],
        refresh=grafana.VariableRefresh.ON_DASHBOARD_LOAD,
        regex="",
    )


def _variable(found: Variable) -> grafana.VariableModel:
    every = grafana.VariableOption(selected=True, text=["All"], value=["$__all"])
    return grafana.VariableModel(
        type_val=grafana.VariableType.QUERY,
        name=found.name,
        label=gettext(found.title),
        hide=grafana.VariableHide.DONT_HIDE,
        query=found.text,
        datasource=chosen_source(),
        current=every if found.many else None,
        multi=found.many,
        include_all=found.many,
        options=[],
        refresh=grafana.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=grafana.VariableSort.DISABLED,
        regex="",
    )


def _panels(found: Dashboard) -> list[grafana.Panel | grafana.RowPanel]:
    """Rows below each other, panels from left to right, ids in reading order."""
    placed: list[grafana.Panel | grafana.RowPanel] = []
    top = 0
    for title, panels in found.rows:
        place = grafana.GridPos(h=ROW_HEIGHT, w=WIDTH, x=0, y=top)
        placed.append(grafana.RowPanel(title=gettext(title), grid_pos=place, id_val=len(placed) + 1, panels=[]))
        top += ROW_HEIGHT
        left = height = 0
        for each in panels:
            if left + each.width > WIDTH:
                left, top, height = 0, top + height, 0
            placed.append(_panel(each, len(placed) + 1, grafana.GridPos(h=each.height, w=each.width, x=left, y=top)))
            left, height = left + each.width, max(height, each.height)
        top += height
    return placed


def _panel(found: Panel, number: int, place: grafana.GridPos) -> grafana.Panel:
    steps = [grafana.Threshold(value=each.at, color=COLOURS[each.colour]) for each in found.thresholds]
    limits = steps or [grafana.Threshold(value=None, color=COLOURS["accent"])]
    by_limit = grafana.FieldColorModeId.THRESHOLDS if found.thresholds else grafana.FieldColorModeId.PALETTE_CLASSIC
    return grafana.Panel(
        type_val=TYPES[found.plot],
        id_val=number,
        title=gettext(found.title),
        description=gettext(found.description),
        datasource=chosen_source(),
        grid_pos=place,
        targets=[PostgresQuery(found.text, shape(found), source=chosen_source())],
        options=options(found),
        transformations=transformations(found),
        field_config=grafana.FieldConfigSource(
            defaults=grafana.FieldConfig(
                unit=UNITS[found.unit],
                thresholds=grafana.ThresholdsConfig(mode=grafana.ThresholdsMode.ABSOLUTE, steps=limits),
                color=grafana.FieldColor(mode=by_limit),
                no_value="–",
                custom=custom(found),
            ),
            overrides=[
                grafana.DashboardFieldConfigSourceOverrides(
                    matcher=grafana.MatcherConfig(id_val="byName", options=each.name), properties=look(found, each)
                )
                for each in found.fields
            ],
        ),
    )
