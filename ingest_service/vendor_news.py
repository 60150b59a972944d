"""What a vendor's message says, into admission: the device by its binding, the quantity by its class."""

from datetime import datetime
from typing import NamedTuple

from ingest_service.admission import Admission
from ingest_service.bindings import Binding, Bindings
from ingest_service.vendor_listener import News
from teplosvet.vendors.observation import Observation
from teplosvet.wire.senml import Instant


class Unbound(NamedTuple):
    """Somebody was heard whom the registry does not know."""

    adapter: str
    identity: str
    message: int


def admit(news: News, index: int, admission: Admission, bindings: Bindings) -> list[Unbound]:
    """Admit a message's observations; who in it is bound to no device."""
    if news.problem is not None:
        admission.refuse(index, *news.problem)
    unbound = []
    for observation in news.observations:
        binding = bindings.bound.get((news.adapter, observation.identity))
        if binding is None:
            unbound.append(Unbound(news.adapter, observation.identity, index))
        else:
            _admit(observation, binding, news.arrived_s, index, admission)
    return unbound


def _admit(observation: Observation, binding: Binding, arrived_s: float, index: int, admission: Admission) -> None:
    for reason, detail in observation.problems:
        admission.refuse(index, reason, detail, binding.device)
    at = _instant(observation.at, binding, arrived_s)
    if at is None:
        detail = f"{binding.device} tells local time, and is installed in no building whose zone would say which"
        admission.refuse(index, "zone_unknown", detail, binding.device)
    elif observation.values:
        quantities = (binding.quantity(value.measure).wire_name for value in observation.values)
        fields = (*quantities, *(value.unit or None for value in observation.values))
        values = [value.value for value in observation.values]
        instant = Instant(binding.device, at, observation.origin, observation.serial, fields, values)
        admission.add(index, instant, binding.publisher)


def _instant(at: datetime | None, binding: Binding, arrived_s: float) -> float | None:
    """When it was. [s since 1970-01-01 UTC]"""
    if at is None:
        return arrived_s
    if at.tzinfo is not None:
        return at.timestamp()
    return None if binding.zone is None else at.replace(tzinfo=binding.zone).timestamp()
