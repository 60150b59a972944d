"""Debian 13 packages on any Linux: this machine's own where it is Debian 13, else a small Debian tree beside it."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError

RELEASE, CODENAME = "13", "trixie"

THIS_MACHINE = Path("/")


def cache_folder() -> Path:
    """Where large things stay that can be fetched again (TEPLOSVET_TEST_CACHE)."""
    chosen = os.environ.get("TEPLOSVET_TEST_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "teplosvet"


def debian_root() -> Path:
    """The root folder of the Debian 13 that we use, whether or not it exists yet."""
    release = Path("/etc/os-release")
    words = release.read_text("utf-8").splitlines() if release.exists() else []
    if "ID=debian" in words and f'VERSION_ID="{RELEASE}"' in words:
        return THIS_MACHINE
    return cache_folder() / f"debian-{RELEASE}"


def inside(root: Path, program: str, *arguments: str, user: str | None = None) -> list[str]:
    """The command that runs a program of that Debian, as one of its users where it is a tree."""
    if root == THIS_MACHINE:
        return [program, *arguments]
    return ["chroot", *([f"--userspec={user}:{user}"] if user else []), str(root), program, *arguments]


def is_root() -> bool:
    """Whether we may enter a tree and install packages."""
    return os.geteuid() == 0


def missing_packages(root: Path, packages: Sequence[str]) -> list[str]:
    """Those of the packages that are not installed there."""
    status = root / "var/lib/dpkg/status"
    entries = status.read_text("utf-8").split("\n\n") if status.exists() else []
    installed = {
        entry.partition("\n")[0].removeprefix("Package: ")
        for entry in entries
        if "\nStatus: install ok installed\n" in entry
    }
    return [package for package in packages if package not in installed]


def install_packages(packages: Sequence[str], say: Callable[[str], None]) -> Path:
    """Install packages of Debian 13, making the tree first where this machine is something else. Idempotent.

    Args:
        packages: Names of Debian packages.
        say: Is told what takes long, in one sentence each time.

    Returns:
        The root folder of that Debian.

    Raises:
        ServiceUnavailableError: If something is missing and we are not root, or Debian cannot be reached.
    """
    root = debian_root()
    if not missing_packages(root, packages):
        return root
    if not is_root():
        raise ServiceUnavailableError(f"root is needed once to install {', '.join(packages)} of Debian {RELEASE}")
    with _lock():
        if root != THIS_MACHINE and not root.exists():
            _make_tree(root, say)
        missing = missing_packages(root, packages)
        if missing:
            apt_install(missing, say, root)
    return root


def apt_install(packages: Sequence[str], say: Callable[[str], None], root: Path = THIS_MACHINE) -> None:
    """Install packages with `apt-get`, finishing first what an interrupted run may have left.

    Raises:
        ServiceUnavailableError: If a step fails; the message has its last words.
    """
    say(f"installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    for step in (
        ("dpkg", "--configure", "-a"),
        ("apt-get", "update", "--quiet"),
        ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages),
        ("apt-get", "clean"),
    ):
        _run(inside(root, *step), environment)


def _make_tree(root: Path, say: Callable[[str], None]) -> None:
    """Under another name until it is whole, so that an interrupted run leaves nothing that looks finished."""
    if shutil.which("debootstrap", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is None:
        apt_install(["debootstrap"], say)
    root.parent.mkdir(parents=True, exist_ok=True)
    for abandoned in root.parent.glob(f"{root.name}.building-*"):
        _remove_tree(abandoned)
    building = root.with_name(f"{root.name}.building-{os.getpid()}")
    if " " in str(building):
        raise ServiceUnavailableError(f"debootstrap takes no space in {building}: set TEPLOSVET_TEST_CACHE")
    say(f"making a Debian {RELEASE} tree in {root}, about half a minute")
    _run(["debootstrap", "--variant=minbase", CODENAME, str(building)], dict(os.environ))
    policy = building / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")  # packages must not start their services
    policy.chmod(0o755)
    building.rename(root)


def _remove_tree(tree: Path) -> None:
    """Remove a half-made tree and its /proc, as far as a `debootstrap` that outlived its caller lets us."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
    for mount in reversed(mounts):
        if Path(mount).is_relative_to(tree):
            _run(["umount", mount], dict(os.environ))
    shutil.rmtree(tree, ignore_errors=True)


@contextmanager
def _lock() -> Iterator[None]:
    """One installation at a time; the lock goes with the process that holds it."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        words = " | ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-3:])
        raise ServiceUnavailableError(f"`{' '.join(command)}` failed: {words}")
