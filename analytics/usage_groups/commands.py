"""`teplosvet lighting`: plan a sample, and verify a saving by usage groups."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.usage_groups.file import read_measurement
from analytics.usage_groups.sampling import FIRST_CV, sample_size
from analytics.usage_groups.saving import LightingSaving, lighting_saving
from teplosvet import output


def sample(
    population: Annotated[int, typer.Option(min=1, max=10_000_000, help="Fixtures of the usage group.")],
    confidence: Annotated[float, typer.Option(min=50, max=99.9, help="Confidence. [%]")] = 90,
    precision: Annotated[float, typer.Option(min=0.1, max=100, help="Half width. [%]")] = 10,
    cv: Annotated[float, typer.Option(min=0, max=10, help="Coefficient of variation; 0.5 until measured.")] = FIRST_CV,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How many fixtures of a usage group have to be measured."""
    points = sample_size(population, confidence / 100, precision / 100, cv)
    if as_json:
        output.print_json(
            {"population": population, "confidence": confidence / 100, "precision": precision / 100, "cv": cv}
            | {"points": points}
        )
        return
    output.people.print(
        f"Measure {points} of {population} fixtures, chosen at random: {confidence:g} % confidence, "
        f"{precision:g} % precision, CV {cv:g}. Then plan again with the CV that they show."
    )


def verify_lighting(
    file: Annotated[Path, typer.Argument(help="Measurement file (TOML), see docs/methods/light-usage-groups.md.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Saving of lighting by usage groups, options A and B; 1 if it is not proven."""
    told = read_measurement(file)
    result = lighting_saving(told.groups, told.days, told.heating, told.aim, told.instrument_error)
    if as_json:
        output.print_json(result)
    else:
        _print(result)
    if not result.proven:
        raise typer.Exit(1)


def _print(result: LightingSaving) -> None:
    names = ("group", "option", "baseline", "equal light", "metered", "failed", "avoided [kWh]")
    rows = [
        (
            each.name,
            each.option,
            each.baseline_kwh,
            each.illuminance_kwh,
            each.reporting_kwh,
            each.failed_kwh,
            each.avoided_energy_kwh,
        )
        for each in result.groups
    ]
    output.print_table(f"Lighting over {result.days:g} days, kWh", names, rows)
    measured = [
        (g.name, s.period, s.quantity, s.n, f"{s.mean:g}", s.cv, s.precision, s.needed)
        for g in result.groups
        for s in g.samples
    ]
    output.print_table("Samples", ("group", "period", "measured", "n", "mean", "CV", "precision", "needed"), measured)
    output.people.print(_headline(result))
    for finding in sorted(result.findings, key=lambda found: -found.severity):
        data = ", ".join(f"{name} {value}" for name, value in finding.data.items())
        output.people.print(f"{finding.code}: {data}", markup=False)


def _headline(result: LightingSaving) -> str:
    if result.avoided_energy_kwh is None:
        return "No saving can be stated: see the findings."
    if not result.bands:
        return f"Avoided energy {result.avoided_energy_kwh:,.1f} kWh; how sure that is cannot be told."
    band, word = result.bands[0], "proven" if result.proven else "not proven"
    words = (
        f"Avoided energy {result.avoided_energy_kwh:,.1f} kWh, {band.lower_kwh:,.1f} to {band.upper_kwh:,.1f} "
        f"at {band.confidence:.0%} as far as samples and instrument decide it: {word}."
    )
    if result.extra_heat_kwh is not None:
        words += (
            f"\nThe heating gives {result.extra_heat_kwh:,.1f} kWh ({result.extra_heat_gcal:,.3f} Gcal) instead of the "
            "lamps; on a heat meter under option C that is inside its result already."
        )
    return words
