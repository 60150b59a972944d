"""Packages from npm that tests need, each set named by a lock file of its own, in the cache folder."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.debian import cache_folder

FILES = ("package.json", "package-lock.json")


@dataclass(frozen=True, slots=True)
class NpmPackages:
    """A set of packages.

    Attributes:
        here: Where package.json and its lock file stand.
        name: First part of the folder's name.
        title: As people call it.
    """

    here: Path
    name: str
    title: str

    @property
    def folder(self) -> Path:
        """Where the packages are, or will be: another lock file, another folder."""
        lock = (self.here / FILES[1]).read_bytes()
        return cache_folder() / f"{self.name}-{hashlib.sha256(lock).hexdigest()[:12]}"

    def install(self, say: Callable[[str], None]) -> None:
        """Fetch what the lock file names. Idempotent.

        Raises:
            ServiceUnavailableError: If npm cannot.
        """
        folder = self.folder
        if folder.exists():
            return
        say(f"installing {self.title} from npm")
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.building-", dir=folder.parent))
        for name in FILES:
            shutil.copy(self.here / name, building)
        command = ["npm", "ci", "--ignore-scripts"]
        done = subprocess.run(command, cwd=building, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(building)
            raise ServiceUnavailableError(f"`npm ci` failed: {done.stderr.strip()}")
        building.rename(folder)
