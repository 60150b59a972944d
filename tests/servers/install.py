"""Install what the tests need and this machine does not have: ``python -m tests.servers.install``. Idempotent."""

import os
import shutil
import sys

from teplosvet.domain.errors import ServiceUnavailableError, TeplosvetError
from teplosvet.stack import timescale
from teplosvet.stack.debian import apt_install, install_packages, is_root
from tests.servers import axe, community, grafana_types

PROGRAMS = {
    "mosquitto": ("mosquitto",),
    "mosquitto_pub": ("mosquitto-clients",),
    "chromium": ("chromium", "fonts-dejavu-core"),
    "node": ("nodejs",),
    "npm": ("npm",),
}
"""Programs of this machine, and the Debian packages that bring them."""

COMPOSE_PACKAGES = ("docker-compose", "golang-github-compose-spec-compose-go-dev")
"""`docker-compose config`, which needs no engine, and the schema of the Compose specification."""


def install() -> None:
    """Install what is missing.

    Raises:
        TeplosvetError: If something is missing and cannot be installed.
    """
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    missing = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    packages = [package for program in missing for package in PROGRAMS[program]]
    if packages and not is_root():
        raise ServiceUnavailableError(f"the tests need {', '.join(missing)}: apt-get install {' '.join(packages)}")
    if packages:
        apt_install(packages, _say)
    install_packages((*timescale.PACKAGES, *COMPOSE_PACKAGES), _say)
    for packages in (community.PACKAGES, axe.PACKAGES, grafana_types.PACKAGES):
        packages.install(_say)


def _say(sentence: str) -> None:
    sys.stdout.write(f"tests: {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        install()
    except TeplosvetError as error:
        sys.exit(f"tests: {error}")
