"""A session that has heard no births asks for them."""

from teplosvet.vendors.sparkplug.session import SparkplugSession
from tests.unit.vendors.sparkplug.encoding import BOOLEAN, FLOAT, metric, payload

NOON_MS = 1_767_268_800_000
NODE, DEVICE = "spBv1.0/house/{}/edge", "spBv1.0/house/{}/edge/lamp"


def test_who_is_not_understood_is_asked_for_his_birth_once_and_not_at_every_message() -> None:
    session = SparkplugSession()
    data = payload([metric("Power", FLOAT, 5)], at_ms=NOON_MS, seq=7)
    session.decode(DEVICE.format("DDATA"), data)
    ((topic, command),) = session.asks(NOON_MS / 1000)
    assert topic == NODE.format("NCMD")
    assert command == payload([metric("Node Control/Rebirth", BOOLEAN, True, at_ms=NOON_MS)], at_ms=NOON_MS)
    asked = 0
    for _ in range(150):
        session.decode(DEVICE.format("DDATA"), data)
        asked += len(session.asks(NOON_MS / 1000))
    assert asked == 1
    assert session.decode(topic, command) == ()
    session.decode(NODE.format("NBIRTH"), payload(at_ms=NOON_MS, seq=0))
    session.decode(DEVICE.format("DBIRTH"), payload([metric("Power", FLOAT, 5)], at_ms=NOON_MS, seq=1))
    session.decode(DEVICE.format("DDATA"), data)
    assert session.asks(NOON_MS / 1000) == ()
