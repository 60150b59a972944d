"""The guide is followed literally: its file is a vendor that the tests of all vendors would take."""

import re
from pathlib import Path

import pytest

from teplosvet.vendors.adapter import Adapter
from teplosvet.vendors.choice import adapter_for
from teplosvet.vendors.makers import adapters
from tests.unit.vendors.goldens import as_bytes, plain
from tests.unit.vendors.test_goldens import comes_out

GUIDE = Path(__file__).parents[3] / "docs/how-to/add-a-vendor.md"


@pytest.fixture(scope="module")
def lumen() -> Adapter:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {"__name__": "teplosvet.vendors.makers.lumen"}
    exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # our own guide
    adapter = names["ADAPTER"]
    assert isinstance(adapter, Adapter)
    return adapter


def test_its_goldens_come_out(lumen: Adapter) -> None:
    assert lumen.goldens
    assert all(comes_out(lumen, golden) for golden in lumen.goldens)


def test_a_message_finds_it_among_the_others(lumen: Adapter) -> None:
    for golden in lumen.goldens[:1]:
        others = [adapter for adapter in adapters().values() if adapter.name != lumen.name]
        found = adapter_for([*others, lumen], golden.topic, as_bytes(golden.payload))
        assert found is lumen


def test_half_a_message_is_half_the_values(lumen: Adapter) -> None:
    found = lumen.session().decode("lumen/a/state", b'{"t": 1767225600, "meter": {"w": 0}, "dim": null}')
    assert plain(found) == {"a": {"power": 0}}
