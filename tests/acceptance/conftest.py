"""The running console and the browser that tests look at it with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from tests.acceptance import console_site as site
from tests.acceptance.console_run import ARGUMENTS, CHROMIUM, Console, database
from tests.signed_in import administrator_session


@pytest.fixture(scope="module")
def console(plain_postgres: EmbeddedPostgres) -> Iterator[Console]:
    with database(plain_postgres) as url:
        with connect(url) as connection:
            site.populate(connection)
        administrator_session(url)
        with serving(create_app(url)) as address:
            yield Console(address, url)


@pytest.fixture(scope="module")
def empty_console(plain_postgres: EmbeddedPostgres) -> Iterator[str]:
    with database(plain_postgres) as url:
        administrator_session(url)
        with serving(create_app(url)) as address:
            yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "the console is tested with Debian's Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
