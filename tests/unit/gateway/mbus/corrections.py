"""Where libmbus is known to be wrong on its own test frames, each record looked at byte by byte.

The same list stands for people in docs/mbus.md; a test compares the two.
"""

from typing import NamedTuple

Text = str | int | float | None


class Correction(NamedTuple):
    """A record that libmbus prints wrongly.

    Attributes:
        frame: Name of the frame.
        record: Number of the record, from 0.
        theirs: Value and unit that libmbus prints.
        ours: Value and unit that it is, in the unit that we print.
        quantity: What it is.
        why: Why ours is right.
    """

    frame: str
    record: int
    theirs: tuple[Text, str]
    ours: tuple[Text, str | None]
    quantity: str
    why: str


_NEVER_SET = "the bytes are all zero: a date that was never set, and there is no month 0"
_LAST_END = "VIFE 6F makes it the date of the end of the last maximum (EN 13757-3, table 15)"
_PER_PULSE = "VIFE 28 makes it the volume of one input pulse, not a volume that was counted"
_NOT_BCD = "the digits {} are above 9: the meter marks the value as not available (type A)"

CORRECTIONS = (
    Correction(
        "ACW_Itron-BM-plus-m", 2, ("2000-00-00", "-"), (None, ""), "time point", _NEVER_SET,
    ),
    Correction(
        "EFE_Engelmann-WaterStar", 11, (0.000008, "m^3"), (0.000008, "m3/pulse of input 0"), "volume", _PER_PULSE,
    ),
    Correction(
        "ELS_Elster-F96-Plus", 4, (13131113.0, "W"), (None, "W"), "power", _NOT_BCD.format("DDDDEBBD"),
    ),
    Correction(
        "ELS_Elster-F96-Plus", 5, (131.113, "m^3/h"), (None, "m3/h"), "volume flow", _NOT_BCD.format("DDEBBD"),
    ),
    Correction(
        "REL-Relay-Padpuls2", 1, ("1900-01-00T00:00:00Z", "-"), (None, ""), "time point",
        "the bit «time invalid» of type F is set: the clock of the meter does not run",
    ),
    Correction(
        "SEN_Pollustat", 12, (11582321.0, "m^3/h"), (11582321, "s"), "duration",
        "VIFE 50 makes it the duration of the first lower limit exceed, in seconds",
    ),
    Correction(
        "SEN_Pollustat", 13, (756.0, "m^3/h"), (756, "s"), "duration",
        "VIFE 58 makes it the duration of the first upper limit exceed, in seconds",
    ),
    Correction(
        "engelmann_sensostar2c", 13, (0.1, "m^3"), (0.1, "m3/pulse of input 0"), "volume", _PER_PULSE,
    ),
    Correction("landis+gyr_ultraheat_t230", 19, (0.0, "W"), (None, ""), "time point", f"{_LAST_END}; it was never set"),
    Correction(
        "landis+gyr_ultraheat_t230", 20, (0.0, "m^3/h"), (None, ""), "time point", f"{_LAST_END}; it was never set",
    ),
    Correction(
        "landis+gyr_ultraheat_t230", 21, (41065374.6, "°C"), ("2011-08-26T20:50:00Z", ""), "time point", _LAST_END,
    ),
    Correction(
        "landis+gyr_ultraheat_t230", 22, (40953732.3, "°C"), ("2011-08-09T11:43:00Z", ""), "time point", _LAST_END,
    ),
    Correction(
        "landis+gyr_ultraheat_t230", 32, ("2027-01-01T00:00:00Z", "-"), ("*-01-01 00:00", ""), "time point",
        "year 127 means every year (type F): the set day, which comes again each January",
    ),
    Correction(
        "manual_frame2", 1, (135, "reserved but historic"), (135, "l"), "volume",
        "unit 3E means the unit of the first counter, of the set day (EN 1434-3): storage number 1",
    ),
    Correction("siemens_wfh21", 3, ("2000-00-00", "-"), (None, ""), "time point", _NEVER_SET),
)  # fmt: skip
