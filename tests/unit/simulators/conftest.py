"""The demo, simulated once for all tests that look at it."""

import pytest

from simulators.scenario import Scenario, demo_scenario


@pytest.fixture(scope="session")
def demo() -> Scenario:
    return demo_scenario()
