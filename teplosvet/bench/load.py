"""The publisher of the ingest benchmark: a process that prepares packs, says so, waits for a word and sends them.

Run as a process: ``python -m teplosvet.bench.load MQTT_URL MESSAGES DEVICES [confirm]``.
"""

import sys
import time

from simulators.publisher import Publisher
from simulators.senml import Message, WireValue, instant, pack, topic

PUBLISHER = "gw-bench"
START_S = 1_760_000_000
VALUES = 7


def device_name(number: int) -> str:
    """Name of a light point of the benchmark."""
    return f"lamp-{number:05d}"


def packs(messages: int, devices: int) -> list[Message]:
    """One pack of seven values each, every device once a minute."""
    where = topic(PUBLISHER, "reading")
    made = []
    for n in range(messages):
        minute, device = divmod(n, devices)
        lit = (n * 7919) % 10 < 3
        values = (
            WireValue("light_energy", "kWh", round(minute * 0.0011 + device * 0.5, 4)),
            WireValue("lamp_on_time", "h", round(minute / 60, 3)),
            WireValue("light_power", "W", 18.2 if lit else 2.1),
            WireValue("light_level", "%", 100 if lit else 10),
            WireValue("illuminance", "lx", 140 + n % 17),
            WireValue("presence", "", float(lit)),
            WireValue("lamp_failure", "", 0),
        )
        made.append(Message(where, pack([instant(device_name(device), START_S + 60 * minute, values)])))
    return made


def main() -> None:
    """Prepare, say ``ready``, wait for a line, publish, say how long that took, wait for the end of input."""
    url, messages, devices = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    prepared = packs(messages, devices)
    with Publisher(url, PUBLISHER, announce=False, patience_s=120.0) as publisher:
        print("ready", flush=True)  # noqa: T201  # the parent reads it
        sys.stdin.readline()
        started = time.time()
        publisher.publish(prepared, confirm="confirm" in sys.argv)
        print(time.time() - started, flush=True)  # noqa: T201
        sys.stdin.readline()  # the parent looks at our processor time before it lets us go


if __name__ == "__main__":
    main()
