"""Where the values of a TSRV stand, and what a number found there means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.driver import Remark, Sample
from gateway.drivers.tsrv.frames import Form
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands.

    Attributes:
        quantity: What.
        at: Register, or offset in a record, for the first heat system and the first choice.
        form: How its number stands there.
        unit: The unit that it comes in.
        scale: What its number is multiplied by.
        system_step: How much further on it stands for the next heat system.
        choice: The option that chooses a pipe or a channel, if one does.
        choice_step: How much further on it stands for the next one.
    """

    quantity: Quantity
    at: int
    form: Form
    unit: str
    scale: float = 1.0
    system_step: int = 0
    choice: str = ""
    choice_step: int = 2

    def sample(self, number: float | None) -> Sample | Remark | None:
        """What a number means; a remark if it cannot be."""
        convert = conversion(self.quantity, self.unit)
        if number is None or convert is None:
            return None
        value = convert.apply(number * self.scale)
        spec = self.quantity.spec
        if not spec.low <= value <= spec.high:
            return Remark("impossible_value", {"quantity": self.quantity.value, "value": value, "unit": spec.unit})
        whole = self.form in (Form.I16, Form.U16, Form.U32) and spec.unit
        return Sample(self.quantity, value, self.scale * convert.factor if whole else None)


def neighbours(spots: Sequence[Spot], at: Callable[[Spot], int]) -> list[list[Spot]]:
    """Values that stand side by side, so that one request reads them; nothing between them is touched."""
    in_order = sorted(spots, key=at)
    groups = [in_order[:1]]
    for before, spot in pairwise(in_order):
        if at(spot) == at(before) + before.form.size // 2:
            groups[-1].append(spot)
        else:
            groups.append([spot])
    return groups
