"""`teplosvet dashboards`: what there is, as files for Grafana, and into a running Grafana."""

from pathlib import Path
from typing import Annotated

import typer

from dashboards.grafana.push import push as push_to
from dashboards.grafana.tree import MOUNTED, write_tree
from dashboards.panels.boards import DASHBOARDS
from teplosvet import output
from teplosvet.words.catalogue import gettext, speaking
from teplosvet.words.language import Language

Speech = Annotated[Language, typer.Option("--language", help="Language of titles and descriptions.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_dashboards(*, language: Speech = Language.ENGLISH, as_json: AsJson = False) -> None:
    """Every dashboard with its uid, title and question."""
    speaking.set(language)
    found = [
        {
            "uid": each.uid,
            "title": gettext(each.title),
            "question": gettext(each.description),
            "panels": [panel.uid for panel in each.panels],
        }
        for each in DASHBOARDS
    ]
    if as_json:
        output.print_json(found)
        return
    rows = [(each["uid"], each["title"], len(each["panels"]), each["question"]) for each in found]
    output.print_table("Dashboards", ("uid", "title", "panels", "question"), rows)


def export(
    folder: Annotated[Path, typer.Argument(help="Written with everything that Grafana is provisioned from.")],
    *,
    language: Speech = Language.ENGLISH,
    mounted: Annotated[str, typer.Option(help="Where Grafana finds the folder.")] = MOUNTED,
    as_json: AsJson = False,
) -> None:
    """Write dashboards, alerts and data source as files for Grafana."""
    paths = write_tree(folder, language, mounted)
    if as_json:
        output.print_json({"folder": str(folder), "files": paths})
        return
    output.people.print(f"{len(paths)} files in {folder}", markup=False)


def push(
    url: Annotated[str, typer.Option(help="Address of Grafana.")],
    token: Annotated[str, typer.Option(envvar="GRAFANA_TOKEN", help="Token of a service account that may edit.")],
    *,
    language: Speech = Language.ENGLISH,
    as_json: AsJson = False,
) -> None:
    """Send dashboards and alerts to a running Grafana."""
    sent = push_to(url, token, language)
    if as_json:
        output.print_json(sent)
        return
    output.people.print(f"{sent.folders} folders, {sent.dashboards} dashboards, {sent.alerts} alerts", markup=False)
