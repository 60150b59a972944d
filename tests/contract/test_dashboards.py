"""What is exported for Grafana: rules of dashboard-linter that fit any data source, links, both languages, types."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from dashboards.grafana.drawing import COLOURS
from dashboards.grafana.source import PREFIX, SOURCE_UID
from dashboards.grafana.tree import tree, write_tree
from dashboards.panels.boards import DASHBOARDS, PANELS
from dashboards.panels.panel import Part, Plot
from teplosvet.words.catalogue import messages
from teplosvet.words.language import Language
from tests.servers.grafana_types import complaints

Board = dict[str, Any]
LAST_SCHEMA = 41


def boards(language: Language = Language.ENGLISH) -> list[Board]:
    return [json.loads(text) for path, text in tree(language).items() if path.endswith(".json")]


def lint(board: Board, uids: set[str]) -> list[str]:
    return [*_board_faults(board, uids), *(fault for panel in board["panels"] for fault in _panel_faults(panel, board))]


def _board_faults(board: Board, uids: set[str]) -> Iterator[str]:
    variables = {each["name"]: each for each in board["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "template-datasource"
    for name, each in variables.items():
        if each["type"] == "query" and each["refresh"] != 2:
            yield f"template-on-time-change-reload: {name}"
        if not each.get("label"):
            yield f"no label: {name}"
    if board["editable"]:
        yield "template-uneditable"
    whole = board["uid"].startswith(PREFIX) and board["title"] and board["description"]
    if not whole or not 39 <= board["schemaVersion"] <= LAST_SCHEMA or board["time"]["to"] != "now":
        yield "uid, title, description, schema or time"
    ids = [panel["id"] for panel in board["panels"]]
    if len(set(ids)) != len(ids):
        yield "panel-ids"
    yield from (f"link to nowhere: {uid}" for uid in re.findall(r"/d/([\w-]+)", json.dumps(board)) if uid not in uids)


def _panel_faults(panel: Board, board: Board) -> Iterator[str]:
    if panel["type"] == "row":
        return
    name = panel.get("title") or panel["id"]
    if panel["datasource"]["uid"] != "${datasource}":
        yield f"panel-datasource: {name}"
    if not panel.get("title") or not panel.get("description"):
        yield f"panel-title-description: {name}"
    if not panel["fieldConfig"]["defaults"].get("unit"):
        yield f"panel-units: {name}"
    if not panel.get("targets") or not all(each.get("rawSql") for each in panel["targets"]):
        yield f"panel-no-targets: {name}"
    known = {each["name"] for each in board["templating"]["list"]}
    asked = set(
        re.findall(r"\$\{(\w+):sqlstring\}", "".join(each.get("rawSql", "") for each in panel.get("targets", [])))
    )
    if not asked <= known:
        yield f"variables: {name} {asked - known}"
    place = panel["gridPos"]
    if place["x"] + place["w"] > 24:
        yield f"too wide: {name}"


def all_faults(found: list[Board]) -> list[str]:
    uids = {board["uid"] for board in found}
    return [f"{board['uid']}: {fault}" for board in found for fault in lint(board, uids)]


@pytest.mark.parametrize("language", list(Language))
def test_every_dashboard_keeps_the_rules(language: Language) -> None:
    found = boards(language)
    assert len(found) == len(DASHBOARDS) == len({board["uid"] for board in found})
    assert all_faults(found) == []


def _spoil(board: Board, rule: str) -> None:  # noqa: C901  # one line a rule
    panel = next(each for each in board["panels"] if each["type"] != "row")
    match rule:
        case "template-datasource":
            board["templating"]["list"] = board["templating"]["list"][1:]
        case "template-on-time-change-reload":
            board["templating"]["list"][1]["refresh"] = 1
        case "template-uneditable":
            board["editable"] = True
        case "panel-datasource":
            panel["datasource"]["uid"] = SOURCE_UID
        case "panel-title-description":
            panel["description"] = ""
        case "panel-units":
            del panel["fieldConfig"]["defaults"]["unit"]
        case "panel-no-targets":
            panel["targets"] = []
        case "panel-ids":
            panel["id"] = board["panels"][0]["id"]
        case "link to nowhere":
            board["links"][0]["url"] = "/d/nowhere"
        case "variables":
            panel["targets"][0]["rawSql"] = "${nothing:sqlstring}"
        case _:
            panel["gridPos"]["x"] = 20


@pytest.mark.parametrize(
    "rule",
    [
        "template-datasource", "template-on-time-change-reload", "template-uneditable", "panel-datasource", "too wide",
        "panel-title-description", "panel-units", "panel-no-targets", "panel-ids", "link to nowhere", "variables",
    ],
)  # fmt: skip
def test_each_rule_can_fail(rule: str) -> None:
    found = deepcopy(boards())
    _spoil(next(board for board in found if board["uid"] == f"{PREFIX}fleet"), rule)
    assert any(rule in fault for fault in all_faults(found))


def test_two_exports_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_tree(tmp_path / name, Language.RUSSIAN)
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("first", "second")
    )
    assert first == second
    assert len(first) == len(DASHBOARDS) + 5


def test_titles_differ_by_language_and_nothing_else_does() -> None:
    russian = messages(Language.RUSSIAN)
    for panel in PANELS.values():
        assert {panel.title, panel.description, *(each.title for each in panel.fields)} <= russian.keys(), panel.uid
    one, other = (
        [[(p["type"], p["gridPos"], p.get("targets")) for p in board["panels"]] for board in boards(language)]
        for language in Language
    )
    assert one == other


def test_declarations_fit_their_plots() -> None:
    """No two y axes, a band has both bounds, a time series has time, and colours are those of the look."""
    for panel in PANELS.values():
        parts = [each.part for each in panel.fields]
        assert (Part.LOWER in parts) == (Part.UPPER in parts), panel.uid
        assert {each.colour for each in panel.thresholds} <= COLOURS.keys()
        if panel.plot in {Plot.TIME_SERIES, Plot.HEAT_MAP, Plot.STATE_TIMELINE}:
            assert parts[0] is Part.TIME, panel.uid
        if panel.plot in {Plot.TIME_SERIES, Plot.BAR}:
            drawn = {
                each.unit
                for each in panel.fields
                if each.part not in {Part.TIME, Part.CATEGORY, Part.SERIES, Part.TEXT}
            }
            assert len(drawn) == 1, panel.uid


def test_alert_files_have_no_stray_dollar() -> None:
    """Grafana takes a dollar sign in these files for a variable of the environment."""
    assert "$" not in tree(Language.ENGLISH)["provisioning/alerting/rules.yaml"]


def test_grafanas_own_types_accept_every_dashboard(tmp_path: Path) -> None:
    folder = tmp_path / "good"
    folder.mkdir()
    union = "\n".join(f"export const b{n}: Dashboard = {json.dumps(board)};" for n, board in enumerate(boards()[1:]))
    assert complaints(json.dumps(boards()[0]) + ";\n" + union.removesuffix(";"), folder) == ""


def test_grafanas_own_types_can_refuse(tmp_path: Path) -> None:
    wrong = boards()[0] | {"schemaVersion": "41"}
    assert "not assignable to type 'number'" in complaints(json.dumps(wrong), tmp_path)
