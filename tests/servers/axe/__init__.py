"""axe-core, the rules of WCAG that a program can check: from npm, for tests alone."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.debian import cache_folder

_HERE = Path(__file__).parent


def _folder() -> Path:
    """Where npm's package is, or will be: another lock file, another folder."""
    lock = (_HERE / "package-lock.json").read_bytes()
    return cache_folder() / f"axe-{hashlib.sha256(lock).hexdigest()[:12]}"


def install(say: Callable[[str], None]) -> None:
    """Fetch what the lock file names into the cache folder. Idempotent."""
    folder = _folder()
    if folder.exists():
        return
    say("installing axe-core from npm")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.building-", dir=folder.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, building)
    done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=building, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(building)
        raise ServiceUnavailableError(f"`npm ci` failed: {done.stderr.strip()}")
    building.rename(folder)


def source() -> str:
    """The script that a page is checked with.

    Raises:
        ServiceUnavailableError: If it is not installed.
    """
    script = _folder() / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        raise ServiceUnavailableError("axe-core is not installed: python -m tests.servers.install")
    return script.read_text("utf-8")
