"""Media: what a meter measures.

References:
    EN 13757-7:2018, table 13 (device types); for the fixed structure EN 1434-3:1997, section 6.3.
"""

from collections.abc import Mapping

MEDIA: Mapping[int, str] = {
    0x00: "other",
    0x01: "oil",
    0x02: "electricity",
    0x03: "gas",
    0x04: "heat, flow sensor in the return",
    0x05: "steam",
    0x06: "warm water",
    0x07: "water",
    0x08: "heat cost allocator",
    0x09: "compressed air",
    0x0A: "cooling, flow sensor in the return",
    0x0B: "cooling, flow sensor in the flow",
    0x0C: "heat, flow sensor in the flow",
    0x0D: "heat and cooling",
    0x0E: "bus or system component",
    0x0F: "unknown",
    0x10: "irrigation water",
    0x11: "water data logger",
    0x12: "gas data logger",
    0x13: "gas converter",
    0x14: "calorific value",
    0x15: "hot water",
    0x16: "cold water",
    0x17: "hot and cold water",
    0x18: "pressure",
    0x19: "analogue-digital converter",
    0x1A: "smoke detector",
    0x1B: "room sensor",
    0x1C: "gas detector",
    0x20: "circuit breaker",
    0x21: "valve",
    0x25: "customer display",
    0x28: "waste water",
    0x29: "garbage",
    0x2A: "carbon dioxide",
    0x31: "communication controller",
    0x32: "one-way repeater",
    0x33: "two-way repeater",
    0x36: "radio converter, system side",
    0x37: "radio converter, meter side",
    0x38: "wired adapter",
}

FIXED_MEDIA: Mapping[int, str] = {
    0x0: "other",
    0x1: "oil",
    0x2: "electricity",
    0x3: "gas",
    0x4: "heat",
    0x5: "steam",
    0x6: "hot water",
    0x7: "water",
    0x8: "heat cost allocator",
    0xA: "gas",
    0xB: "heat",
    0xC: "hot water",
    0xD: "water",
    0xE: "heat cost allocator",
}
"""Of the fixed structure; A to E are those of mode 2."""


def medium_name(medium: int | None, media: Mapping[int, str] = MEDIA) -> str:
    """The name of a medium."""
    return "" if medium is None else media.get(medium, f"reserved {medium:02X}")
