"""Grafana's own types of dashboards, from npm into the cache folder: what the exported JSON is checked against."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.debian import cache_folder

_HERE = Path(__file__).parent
_PLAIN = """type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Dashboard = Plain<Stored>;
"""
"""JSON has the values of enumerations and not their names."""


def installed_folder() -> Path:
    """Where npm's packages are, or will be: another lock file, another folder."""
    lock = (_HERE / "package-lock.json").read_bytes()
    return cache_folder() / f"grafana-types-{hashlib.sha256(lock).hexdigest()[:12]}"


def install(say: Callable[[str], None]) -> None:
    """Fetch the packages that the lock file names, into the cache folder. Idempotent."""
    folder = installed_folder()
    if folder.exists():
        return
    say("installing Grafana's types from npm")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.building-", dir=folder.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, building)
    done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=building, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(building)
        raise ServiceUnavailableError(f"`npm ci` failed: {done.stderr.strip()}")
    building.rename(folder)


def complaints(text: str, folder: Path) -> str:
    """What TypeScript says of a dashboard as a literal of Grafana's type; empty if nothing."""
    packages = installed_folder()
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
