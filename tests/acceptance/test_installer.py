"""An installer with a phone: devices registered with and without signal, green from real readings."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import segno
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.access import accounts
from teplosvet.access.accounts import Scope
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.stack import embedded
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from tests.acceptance.console_run import database
from tests.integration.ingest_run import ingest, light, pack, rows

PASSWORD = "correct horse battery"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MOST_TAPS = 8
SITE = """
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "lenina-1"
title = "Ленина, 1"
entrances = ["1", "2", "3"]
"""


@dataclass(frozen=True)
class Field:
    """What an installer finds: a running Teplosvet, and devices that speak through a broker."""

    url: str
    database_url: str
    broker_port: int

    def speak(self, publisher: str, payload: bytes) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{publisher}-{time.monotonic_ns()}")
        client.connect("127.0.0.1", self.broker_port)
        client.loop_start()
        client.publish(f"teplosvet/v1/{publisher}/reading", payload, qos=1).wait_for_publish(10)
        client.disconnect()
        client.loop_stop()

    def lamp(self, device: str, energy_kwh: float) -> None:
        self.speak(device, light(device, time.time(), energy_kwh))

    def heat_meter(self, device: str, energy_kwh: float, flow_c: float, return_c: float) -> None:
        self.speak(
            device,
            pack(
                {"bn": f"{device}/", "bt": time.time(), "n": "heat_energy", "u": "kWh", "v": energy_kwh},
                {"n": "heat_volume", "u": "m3", "v": 1210.5},
                {"n": "flow_temperature", "u": "Cel", "v": flow_c},
                {"n": "return_temperature", "u": "Cel", "v": return_c},
            ),
        )


@pytest.fixture(scope="module")
def outside(plain_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder: Path = tmp_path_factory.mktemp("ingest")
    with database(plain_postgres) as url, embedded.broker(0) as broker:
        with connect(url) as connection:
            apply_site(connection, parse_site(SITE, "test.toml"))
            accounts.add_organisation(connection, COMMAND_LINE, "city", "City")
            accounts.own(connection, COMMAND_LINE, Scope.parse("building:lenina-1"), "city")
            for login, language in (("anna", "en"), ("boris", "ru")):
                accounts.add_account(
                    connection, COMMAND_LINE, login, login, organisation="city", password=PASSWORD, language=language
                )
                accounts.grant(connection, COMMAND_LINE, login, Role.INSTALLER, Scope.parse("organisation:city"))
        with ingest(url, broker.url, folder), serving(create_app(url)) as address:
            yield Field(address, url, int(broker.url.rpartition(":")[2]))


def sign_in(page: Page, outside: Field, login: str = "anna", then: str = "/install") -> None:
    page.goto(f"{outside.url}/sign-in?next={then}")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name=re.compile("Sign in|Войти")).click()


def ready(page: Page) -> None:
    page.wait_for_selector("#installer[data-ready]")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")


@contextmanager
def phone(browser: Browser, outside: Field, login: str = "anna") -> Iterator[tuple[BrowserContext, Page]]:
    context = browser.new_context(locale="en-GB", **PHONE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    sign_in(page, outside, login)
    ready(page)
    yield context, page
    context.close()
    assert faults == []


def photo() -> dict[str, str | bytes]:
    drawn = io.BytesIO()
    Image.new("RGB", (1800, 1200), (40, 90, 160)).save(drawn, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def qr(text: str) -> dict[str, str | bytes]:
    drawn = io.BytesIO()
    segno.make(text).save(drawn, kind="png", scale=8)
    return {"name": "label.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


def entry(page: Page, device: str) -> Locator:
    return page.locator(".entry", has=page.get_by_role("heading", name=device, exact=True))


def fill_lamp(page: Page, device: str, serial: str, register: str = "1 234,5", entrance: str = "2") -> None:
    page.fill("#device-name", device)
    page.select_option("#type", "light led-presence")
    page.fill("#serial", serial)
    page.locator("label.chip", has_text=entrance).click()
    page.fill("[name='start:light_energy_kwh']", register)


def test_a_light_point_in_a_basement_without_signal(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (context, page):
        context.set_offline(True)
        page.reload()  # the phone was locked, and opened again below the ground
        ready(page)
        fill_lamp(page, "lamp-1", "S-1")
        page.fill("#floor", "3")
        page.set_input_files("[name=photo]", [photo()])
        expect(page.locator("[data-photo]")).to_be_visible()
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-1")).to_contain_text("Kept on this phone")
        page.reload()
        ready(page)
        expect(entry(page, "lamp-1")).to_contain_text("Kept on this phone")
        expect(page.locator("[data-bar]")).to_contain_text("1 wait for a network")
        assert rows(outside.database_url, "SELECT count(*) FROM device WHERE name = 'lamp-1'") == [(0,)]
        context.set_offline(False)
        expect(entry(page, "lamp-1")).to_contain_text("Waiting for the first reading", timeout=20_000)
        outside.lamp("lamp-1", 1234.6)
        expect(entry(page, "lamp-1")).to_contain_text("Done: it reports right", timeout=20_000)
        expect(page.locator("[data-bar]")).to_be_hidden()
    kept = """SELECT e.name, i.floor, i.serial, i.start_registers ->> 'light_energy_kwh', p.installation_id IS NOT NULL
              FROM installation i JOIN entrance e ON e.id = i.entrance_id
              LEFT JOIN installation_photo p ON p.installation_id = i.id WHERE i.serial = 'S-1'"""
    assert rows(outside.database_url, kept) == [("2", 3, "S-1", "1234.5", True)]


def test_a_heat_meter_by_its_label_in_few_taps(browser: Browser, outside: Field) -> None:
    with phone(browser, outside, "boris") as (_, page):
        begun = time.monotonic()
        page.evaluate("window.taps = 0; addEventListener('click', (e) => e.isTrusted && window.taps++, true)")
        page.set_input_files("[data-scan-picture]", [qr("https://teplosvet.example/install?d=heat-7")])
        expect(page.locator("#device-name")).to_have_value("heat-7", timeout=10_000)
        page.select_option("#type", "heat vkt-7")
        page.locator("#serial").tap()
        page.locator("#serial").fill("W-77")
        page.locator("label.chip", has_text="1").tap()
        page.set_input_files("[name=photo]", [photo()])
        page.locator("[name='start:heat_energy_kwh']").tap()
        page.locator("[name='start:heat_energy_kwh']").fill("10,5")
        page.select_option("[name='start:heat_energy_kwh:unit']", "Gcal")
        expect(page.locator(".echo", has_text="12")).to_have_text(re.compile(r"= 12\s211,5 кВт·ч"))
        page.locator("[name='start:heat_volume_m3']").fill("1210,5")
        page.get_by_role("button", name="Отправить").tap()
        expect(entry(page, "heat-7")).to_contain_text("Жду первое показание", timeout=20_000)
        pictures_and_lists = 4  # shutter and «use it» twice, which a test's file chooser does not tap
        assert page.evaluate("window.taps") + pictures_and_lists <= MOST_TAPS + 4
        outside.heat_meter("heat-7", 12_211.5, flow_c=38.0, return_c=61.0)
        expect(entry(page, "heat-7")).to_have_attribute("data-state", "wrong", timeout=20_000)
        outside.heat_meter("heat-7", 12_212.5, flow_c=61.0, return_c=38.0)
        expect(entry(page, "heat-7")).to_contain_text("Готово: показания верные", timeout=20_000)
        assert time.monotonic() - begun < 60


def test_an_exchange_closes_one_and_opens_the_next(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (_, page):
        fill_lamp(page, "lamp-9", "OLD-9", "10")
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-9")).to_contain_text("Waiting", timeout=20_000)
        entry(page, "lamp-9").get_by_role("button", name="Close").click()
        page.fill("#device-name", "lamp-9")
        page.locator("#device-name").blur()
        expect(page.get_by_label("Exchange of a meter")).to_be_checked()
        page.fill("#serial", "NEW-9")
        page.fill("[name='closing:light_energy_kwh']", "25.5")
        page.fill("[name='start:light_energy_kwh']", "0")
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-9")).to_contain_text("Waiting", timeout=20_000)
        outside.lamp("lamp-9", 0.0)
        expect(entry(page, "lamp-9")).to_contain_text("Done", timeout=20_000)
    both = """SELECT serial, removed_at IS NULL, closing_registers ->> 'light_energy_kwh' FROM installation i
              JOIN device d ON d.id = i.device_id WHERE d.name = 'lamp-9' ORDER BY installed_at"""
    assert rows(outside.database_url, both) == [("OLD-9", False, "25.5"), ("NEW-9", True, None)]


WATCH_FOR_TWINS = """(name) => {
  const place = document.querySelector("[data-entries]");
  const named = () => [...place.querySelectorAll("[data-device]")].filter((each) => each.textContent === name).length;
  window.mostAtOnce = named();
  const look = () => { window.mostAtOnce = Math.max(window.mostAtOnce, named()); };
  new MutationObserver(look).observe(place, { childList: true });
}"""


def test_a_conflict_is_shown_and_mended_and_nothing_is_lost(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (_, page):
        fill_lamp(page, "lamp-20", "TWIN")
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-20")).to_contain_text("Waiting", timeout=20_000)
        fill_lamp(page, "lamp-21", "TWIN")
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-21")).to_have_attribute("data-state", "conflict", timeout=20_000)
        page.reload()
        ready(page)
        entry(page, "lamp-21").get_by_role("button", name="Mend").click()
        expect(page.locator("#serial")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#device-name")).to_have_value("lamp-21")
        page.fill("#serial", "OTHER")
        page.evaluate(WATCH_FOR_TWINS, "lamp-21")
        page.get_by_role("button", name="Send").click()
        expect(entry(page, "lamp-21")).to_contain_text("Waiting", timeout=20_000)
        expect(entry(page, "lamp-21")).to_have_count(1)
        assert page.evaluate("window.mostAtOnce") == 1, "what replaces a conflict stood beside it"


def test_a_session_that_ends_loses_nothing(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (context, page):
        fill_lamp(page, "lamp-30", "S-30")
        context.clear_cookies()
        page.get_by_role("button", name="Send").click()
        expect(page.locator("[data-sign-in]")).to_be_visible(timeout=20_000)
        page.locator("[data-sign-in]").click()
        page.fill("#login", "anna")
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        ready(page)
        expect(entry(page, "lamp-30")).to_contain_text("Waiting", timeout=20_000)


def test_what_is_wrong_stands_beside_its_field(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (_, page):
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#device-wrong")).to_have_text("This is needed.")
        page.fill("#device-name", "https://elsewhere.example/thing/5")
        page.locator("#device-name").blur()
        expect(page.locator("#device-wrong")).to_contain_text("not a Teplosvet label")
        page.set_input_files("[data-scan-picture]", [qr("WIFI:T:WPA;S:basement;P:secret;;")])
        expect(page.locator("#device-wrong")).to_contain_text("not a Teplosvet label", timeout=10_000)
        page.set_input_files("[data-scan-picture]", [photo()])
        expect(page.locator("#device-wrong")).to_contain_text("No QR code is seen", timeout=10_000)
        page.set_input_files("[name=photo]", [{"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}])
        expect(page.get_by_text("not a picture")).to_be_visible()
        fill_lamp(page, "lamp-40", "S-40", register="a lot")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Type the number as the meter shows it")).to_be_visible()
        expect(page.locator("[name='start:light_energy_kwh']")).to_have_value("a lot")
        assert page.locator(".entry").count() == 0


HOSTILE = ("<script>alert(1)</script>", "'; DROP TABLE device; --", "\u202eevil", "🛠️" * 20, "x" * 2000)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(browser: Browser, outside: Field, text: str) -> None:
    with phone(browser, outside) as (_, page):
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        name = f"lamp-h{HOSTILE.index(text)}"
        fill_lamp(page, name, text)
        page.fill("#zone", text)
        page.get_by_role("button", name="Send").click()
        expect(entry(page, name)).to_have_attribute("data-state", re.compile("waiting|conflict"), timeout=20_000)
    assert rows(outside.database_url, "SELECT count(*) > 0 FROM device") == [(True,)]


def test_a_second_tap_sends_nothing_twice(browser: Browser, outside: Field) -> None:
    with phone(browser, outside) as (_, page):
        fill_lamp(page, "lamp-50", "S-50")
        page.evaluate("const b = document.querySelector('[data-send]'); b.click(); b.click(); b.click()")
        expect(entry(page, "lamp-50")).to_contain_text("Waiting", timeout=20_000)
        expect(entry(page, "lamp-50")).to_have_count(1)
    assert rows(outside.database_url, "SELECT count(*) FROM installation WHERE serial = 'S-50'") == [(1,)]
