"""When what happens in a run of the basement."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SPARE = timedelta(days=30)
"""The simulation goes on while the last rows arrive, and must never be in the future."""
POWER_CUT = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Plan:
    """When what happens.

    Attributes:
        start: Begin of what is judged.
        end: End of it.
        cut: When the network goes and comes back.
        dark: When the gateway's power goes and comes back.
    """

    start: datetime
    end: datetime
    cut: tuple[datetime, datetime]
    dark: tuple[datetime, datetime]

    @classmethod
    def of(cls, days: int, cut_days: int) -> "Plan":
        """A run of so many days, long enough ago; the power goes in the middle of the cut."""
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        start = hour - SPARE - timedelta(days=days)
        cut = start + timedelta(days=1)
        mended = cut + timedelta(days=cut_days)
        dark = cut + (mended - cut) / 2
        return cls(start, start + timedelta(days=days), (cut, mended), (dark, dark + POWER_CUT))

    @property
    def hours(self) -> int:
        """Hours that are judged. [h]"""
        return round((self.end - self.start) / timedelta(hours=1))

    @property
    def network_cut_h(self) -> float:
        """How long the network is away. [h]"""
        return (self.cut[1] - self.cut[0]) / timedelta(hours=1)

    @property
    def power_cut_h(self) -> float:
        """How long the gateway has no power. [h]"""
        return (self.dark[1] - self.dark[0]) / timedelta(hours=1)

    @property
    def share_in_cut(self) -> float:
        """Time without a network but with power, by the time with both. [-]"""
        return (self.network_cut_h - self.power_cut_h) / (self.hours - self.network_cut_h)

    @property
    def instants(self) -> dict[str, datetime]:
        """The instants by the names that queries use."""
        (cut, mended), (dark, light) = self.cut, self.dark
        return {"start": self.start, "end": self.end, "cut": cut, "mended": mended, "dark": dark, "light": light}
