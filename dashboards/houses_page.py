"""The list of houses: how many need attention, and what all contracts have saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.contract_line import ContractLine, contract_lines, status_of
from dashboards.reader import Reader
from dashboards.rows import ContractVerdict, House
from teplosvet.words.units import EnergyUnit


@dataclass(frozen=True, slots=True)
class HouseLine:
    """A house, its contracts, and what somebody has to do there."""

    house: House
    contracts: tuple[ContractLine, ...]
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HousesPage:
    """What the page says.

    Attributes:
        lede: How many houses need attention.
        saved: What was saved in all.
        has_savings: Whether that is a sum, which a note explains.
        lines: The houses, those that need attention first.
    """

    lede: str
    saved: str
    has_savings: bool
    lines: tuple[HouseLine, ...]


def houses_page(houses: Sequence[House], contracts: Sequence[ContractVerdict], reader: Reader) -> HousesPage:
    """Put the page together."""
    lines_of: dict[str, list[ContractLine]] = {house.code: [] for house in houses}
    for contract, line in zip(contracts, contract_lines(contracts, reader), strict=True):
        lines_of[contract.building].append(line)
    lines = [
        HouseLine(house, tuple(lines_of[house.code]), troubles(house, lines_of[house.code], reader)) for house in houses
    ]
    lines.sort(key=lambda line: not line.troubles)
    needing = sum(bool(line.troubles) for line in lines)
    if not houses:
        lede = reader.say("houses.none")
    elif needing:
        lede = reader.say("houses.attention", n=needing, all=len(houses))
    else:
        lede = reader.say("houses.well", n=len(houses))
    saved, has_savings = saved_in_all(contracts, reader)
    return HousesPage(lede, saved, has_savings, tuple(lines))


def troubles(house: House, contracts: Sequence[ContractLine], reader: Reader) -> tuple[str, ...]:
    """What somebody has to look after; a saving that is not proven yet is no trouble."""
    found = []
    if house.devices == 0:
        found.append(reader.say("state.no_devices"))
    elif house.silent_devices:
        found.append(reader.say("state.silent", n=house.silent_devices))
    found += [
        reader.say(f"state.{status}")
        for status in ("loss", "refused")
        if any(line.status == status for line in contracts)
    ]
    return tuple(found)


def saved_in_all(contracts: Sequence[ContractVerdict], reader: Reader) -> tuple[str, bool]:
    """Sum of the proven savings in words, and whether there is one.

    The bands are added as they are: that holds even if all contracts err in the same direction, as contracts under one
    sky may.
    """
    if not contracts:
        return reader.say("saved.no_contracts"), False
    proven = [each.verdict for each in contracts if each.verdict is not None and status_of(each.verdict) == "proven"]
    if not proven:
        return reader.say("saved.none"), False
    energy_kwh = sum(each.avoided_energy_kwh for each in proven if each.avoided_energy_kwh is not None)
    half_width_kwh = sum(each.half_width_kwh for each in proven if each.half_width_kwh is not None)
    in_all = Reader(reader.language, reader.chosen_unit or EnergyUnit.KWH, reader.now)
    text = reader.say(
        "saved.proven",
        n=len(proven),
        all=len(contracts),
        energy=in_all.headline_energy(energy_kwh, half_width_kwh, ""),
        confidence=reader.percent(proven[0].confidence),
    )
    return text, True
