"""axe-core, the rules of WCAG that a program can check: from npm, for tests alone."""

from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from tests.servers.npm_packages import NpmPackages

PACKAGES = NpmPackages(Path(__file__).parent, "axe", "axe-core")


def source() -> str:
    """The script that a page is checked with.

    Raises:
        ServiceUnavailableError: If it is not installed.
    """
    script = PACKAGES.folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        raise ServiceUnavailableError("axe-core is not installed: python -m tests.servers.install")
    return script.read_text("utf-8")
