"""What stands beside the code: the systemd unit, and the page that names every field."""

import configparser
from pathlib import Path

import msgspec
import pytest

from gateway.config import file as config_file

REPOSITORY = Path(__file__).parents[3]
PAGE = (REPOSITORY / "docs/gateway.md").read_text("utf-8")


def test_the_unit_is_fed_by_progress_only() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(REPOSITORY / "gateway/systemd/teplosvet-gateway.service", "utf-8")
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) > 0
    assert service["Restart"] == "always"
    assert "gateway run" in service["ExecStart"]
    # A stop has to have time for lines, uplink and outbox.
    assert int(service["TimeoutStopSec"]) > 20


@pytest.mark.parametrize("table", ["_GatewayTable", "_LineTable", "_MeterTable", "_BrokerTable", "_DeviceTable"])
def test_every_field_is_on_the_page(table: str) -> None:
    fields = [field.encode_name for field in msgspec.structs.fields(getattr(config_file, table))]
    assert [name for name in fields if f"`{name}`" not in PAGE and name != "device"] == []


def test_every_module_is_on_the_page() -> None:
    parts = [each for each in (REPOSITORY / "gateway").iterdir() if each.suffix == ".py" or each.is_dir()]
    names = {f"`{each.name}/`" if each.is_dir() else f"`{each.name}`" for each in parts if each.name[0] != "_"}
    assert {name for name in names if name not in PAGE} == set()
