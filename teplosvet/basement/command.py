"""`teplosvet basement`: a simulated basement behind a real gateway, with a network cut and a power cut in between.

Meters on wires -> gateway -> outbox -> broker -> ingest -> database, in a time that passes faster. Afterwards every
hour of every heat meter has to be there once, and what was used has to be what the simulated registers say.
"""

from typing import Annotated

import typer

from teplosvet import output
from teplosvet.basement.outcome import BasementOutcome, DeviceOutcome
from teplosvet.basement.plan import Plan
from teplosvet.basement.run import own_folder, run


def basement(
    *,
    days: Annotated[int, typer.Option(min=2, max=60, help="Simulated days.")] = 14,
    cut_days: Annotated[int, typer.Option(min=1, max=30, help="Of them without a network.")] = 10,
    hours_per_second: Annotated[float, typer.Option(min=0.1, max=10, help="How fast time passes.")] = 2.5,
    light_points: Annotated[int, typer.Option(min=1, max=128, help="Light points.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a simulated basement through a gateway into a database of its own, and count the hours; 1 if any is wrong."""
    if cut_days > days - 2:
        raise typer.BadParameter("the network has to be there for a day before the cut and a day after it")
    with own_folder() as folder:
        outcome = run(folder, Plan.of(days, cut_days), 3600 * hours_per_second, light_points)
    if as_json:
        output.print_json(outcome)
    else:
        _print(outcome)
    if not outcome.right:
        raise typer.Exit(1)


def _print(outcome: BasementOutcome) -> None:
    names = (
        "device",
        "model",
        "hours",
        "there",
        "archive",
        "twice",
        "live",
        "in the cut",
        "used [kWh]",
        "register [kWh]",
        "",
    )
    output.print_table("The basement", names, [_row(each) for each in outcome.devices])
    output.people.print(
        "there: hours whose consumption is metered whole; archive: hours from the meter's own memory; live: readings\n"
        "taken at their time; in the cut: those taken without a network, beside what the rest of the run lets expect.\n"
        "A lamp has no memory: of the power cut its registers tell the sum, and no single hours."
    )
    told = ", ".join(f"{event} {times}" for event, times in outcome.events.items()) or "nothing"
    unsent = "nothing left in the outbox"
    if outcome.unsent_since is not None:
        unsent = f"UNSENT rows in the outbox since {outcome.unsent_since:%d %B %H:%M}"
    output.people.print(
        f"{outcome.network_cut_h:g} h without a network, {outcome.power_cut_h:g} h without power, "
        f"{outcome.quarantined} messages in quarantine, {unsent}; the gateway told: {told}. {outcome.took_s:.0f} s."
    )


def _row(each: DeviceOutcome) -> tuple[object, ...]:
    return (
        each.device,
        each.model,
        each.hours,
        each.hours_there,
        each.archive_hours,
        each.twice,
        each.live_readings,
        f"{each.live_in_cut} of ~{each.live_expected_in_cut}",
        f"{each.consumed_kwh:,.3f}",
        f"{each.register_kwh:,.3f}",
        "right" if each.right else "WRONG",
    )
