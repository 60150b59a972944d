"""Grafana's own types of dashboards, from npm into the cache folder: what the exported JSON is checked against."""

import subprocess
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from tests.servers.npm_packages import NpmPackages

PACKAGES = NpmPackages(Path(__file__).parent, "grafana-types", "Grafana's types")
_PLAIN = """type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Dashboard = Plain<Stored>;
"""
"""JSON has the values of enumerations and not their names."""


def complaints(text: str, folder: Path) -> str:
    """What TypeScript says of a dashboard as a literal of Grafana's type; empty if nothing."""
    packages = PACKAGES.folder
    if not packages.exists():
        raise ServiceUnavailableError("Grafana's types are not installed")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    place = "./node_modules/@grafana/schema/dist/types/raw/dashboard/x/dashboard_types.gen"
    head = f'import type {{ Dashboard as Stored }} from "{place}";\n{_PLAIN}'
    (folder / "board.ts").write_text(f"{head}export const board: Dashboard = {text.strip()};\n", "utf-8")
    tsc = packages / "node_modules/typescript/bin/tsc"
    options = ("--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler", "--module", "esnext")
    done = subprocess.run(
        ["node", str(tsc), *options, "board.ts"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
