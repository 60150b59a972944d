"""Nothing is skipped where CI is set: a run in which a test was skipped or expected to fail is a failed run."""

import os

import pytest

_excused = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_excused] = []
    config.pluginmanager.register(_Watch(config.stash[_excused]), "teplosvet-strictness")


class _Watch:
    def __init__(self, excused: list[str]) -> None:
        self.excused = excused

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped or hasattr(report, "wasxfail"):
            self.excused.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.excused.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and session.config.stash[_excused] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if os.environ.get("CI"):
        for name in config.stash[_excused]:
            terminalreporter.line(f"not allowed in CI: {name} was skipped or expected to fail", red=True)
