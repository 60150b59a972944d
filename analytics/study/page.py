"""The study as a page: docs/verification-results.md, made by the command and by nothing else."""

from collections.abc import Iterable, Iterator

from analytics.study.table import BandLine, ChangeLine, RecoveryLine, Study

BAND_HEADS = (
    "house",
    "days",
    "rho",
    "proven where nothing was done",
    "68 % band",
    "80 % band",
    "90 % band",
    "90 % without n'",
    "half width, % of use",
    "target",
)
RECOVERY_HEADS = ("house", "days", "true saving", "mean bias, % of baseline", "proven", "target")
CHANGE_HEADS = ("house", "what changed", "rho", "level shift found", "within 14 days", "fading found", "target")

WHAT_IS_DRAWN = """\
Each line is a fresh draw of houses whose saving is known, ten under each sky. A heated house loses heat with the
temperature difference and the wind, gains from people and the sun, and taps hot water, more at weekends; its change
point is where gains meet losses and nothing sets it. In the house *heat* the substation follows the outdoor
temperature and the sun hardly counts; in *heat, thermostats* the radiators close when the sun shines in. *light* is a
stairwell: lamps around the clock, lamps from sunset to sunrise, lamps that people switch. Wind, sun and people are
AR(1) with the stated rho; two weather years differ in mean, winter and storms; 3 % of the days are missing; the meter
is off by any gain within its class. The baseline is the year from 1 November; the reporting period is the 90 or 365
days from the next 1 November. Heat is verified by change-point-daily, light by light-option-b, through the code that
makes statements."""

WHAT_IS_ASKED = """\
Targets: a saving proven at 90 % where nothing was done in at most 10 % of the houses; a mean bias below 1 % of the
baseline; a 90 % band that holds the truth in 86 to 94 %; a false alarm in at most 5 % of the years; a lasting 10 %
shift found within 14 days in at least 90 %. With 500 houses a share near 90 % is itself known to about 3 points. The
column *without n'* is the negative control: the Guideline 14 band blind to autocorrelation, which the study must find
wanting."""

WHY = """\
## Why
- *The sun*: since version 3 a heated house may have a worth of the sun of its date and latitude
  (docs/methods/change-point-daily.md). The houses here gain by the hours of daylight under clouds that remember, which
  is not that formula. Version 2 knew the temperature alone and met 49 of these 60 lines: with thermostats the mean of
  90 days was off by -2.4 to -2.9 % of the baseline, the 90 % band was 5.0 % of the use wide at rho 0 and 8.5 % at 0.8,
  a shift was said of 23.4, 22.0 and 32.2 % of the years where nothing changed, and of the shifts of 10 % 38.2 and
  41.6 % were found within 14 days. What the sun is worth is itself fitted; its error is not in the band.
- *Thermostats, level shifts*: clouds that stay for weeks are left, and no sensor tells them. In such houses a finding
  without an event may be the weather. It asks somebody to look; nothing is adjusted or paid by it.
- *rho 0.8, level shifts*: the allowance for steps by chance is set at rho 0.6, and here such steps are greater.
- *Light, 365 days, rho 0*: the band is a little too wide. What the model misses at the season of the reporting days
  widens it, and over a whole year next to nothing of that is there.
- *Version 1* of the band took all days as equally loud and all seasons as fitted equally well: of its 90 % bands
  over the 90 days 76 to 80 % held in a house without any sun, 71 to 77 % in *heat*, 38 to 75 % with thermostats
  (1,000 houses each). The first is the louder noise of cold days, the rest the season."""


def page(results: Study) -> str:
    """The whole page."""
    parts = [
        header(results.runs, results.seed, results.method_version),
        WHAT_IS_DRAWN,
        WHAT_IS_ASKED,
        "## In short\n" + "\n".join(_in_short(results)),
        "## Placebo and coverage\n" + _table(BAND_HEADS, map(_band, results.bands)),
        "## Recovery of a known saving, rho 0.5\n" + _table(RECOVERY_HEADS, map(_recovery, results.recovery)),
        "## Lasting changes in a year, saving 15 %\n" + _table(CHANGE_HEADS, map(_change, results.changes)),
        WHY,
    ]
    return "\n\n".join(parts) + "\n"


def header(runs: int, seed: int, method_version: str) -> str:
    """Title, and how to make the page again."""
    return (
        "# What the verification methods promise, and keep\n\n"
        "Made by `teplosvet bench methods --write docs/verification-results.md`; a change by hand is lost. "
        f"Methods version {method_version}, seed {seed}, {runs} houses a line."
    )


def _in_short(results: Study) -> Iterator[str]:
    lines: list[BandLine | RecoveryLine | ChangeLine] = [*results.bands, *results.recovery, *results.changes]
    missed = [line for line in lines if line.misses]
    yield f"{len(lines) - len(missed)} of {len(lines)} lines meet their targets."
    for line in missed:
        yield f"- {_where(line)}: {'; '.join(line.misses)}."


def _where(line: BandLine | RecoveryLine | ChangeLine) -> str:
    match line:
        case BandLine():
            return f"{line.house.value}, {line.days} days, rho {line.rho}"
        case RecoveryLine():
            return f"{line.house.value}, {line.days} days, saving {line.saving:.0%}"
        case ChangeLine():
            return f"{line.house.value}, change: {line.change}, rho {line.rho}"


def cells(line: BandLine | RecoveryLine | ChangeLine) -> tuple[str, ...]:
    """The cells of a line of the page."""
    match line:
        case BandLine():
            return _band(line)
        case RecoveryLine():
            return _recovery(line)
        case ChangeLine():
            return _change(line)


def _band(line: BandLine) -> tuple[str, ...]:
    held = (line.placebo, line.held_68, line.held_80, line.held_90, line.blind_90, line.half_width)
    return line.house.value, str(line.days), str(line.rho), *map(_percent, held), _verdict(line.misses)


def _recovery(line: RecoveryLine) -> tuple[str, ...]:
    bias = f"{100 * line.bias:+.2f}"
    saving = f"{line.saving:.0%}"
    return line.house.value, str(line.days), saving, bias, _percent(line.proven), _verdict(line.misses)


def _change(line: ChangeLine) -> tuple[str, ...]:
    in_time = "" if line.in_time is None else _percent(line.in_time)
    found = (_percent(line.shifted), in_time, _percent(line.faded))
    return line.house.value, line.change, str(line.rho), *found, _verdict(line.misses)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _verdict(misses: tuple[str, ...]) -> str:
    return "**missed**" if misses else "met"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join([row(heads), row(("---",) * len(heads)), *map(row, rows)])


def row(texts: tuple[str, ...]) -> str:
    """A line of a table."""
    return "| " + " | ".join(texts) + " |"
