"""`teplosvet fit` and `teplosvet methods`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from analytics.fitting.advice import advice_on
from analytics.fitting.columns import EnergyUnit, TemperatureUnit
from analytics.fitting.csv_file import FileNotes, Wanted, read_energy, read_table, read_temperature
from analytics.fitting.method import FitResult
from analytics.fitting.normalised import NormalisedSaving, Reference, normalised, reference_of
from analytics.fitting.observations import Interval, Observations, Series
from analytics.fitting.options import DayTypes, MethodOptions
from analytics.fitting.outcome import CONFIDENCES
from analytics.fitting.registry import METHODS, method_named
from analytics.model_kind import ALL_MODELS, ModelKind
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError, NotEnoughDataError
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period

MEAN_YEAR = "mean"
"""What `--normal` says for the whole years of the given weather."""


@dataclass(frozen=True, slots=True)
class AdvisedFinding:
    """A finding with what to do about it."""

    code: FindingCode
    severity: str
    data: dict[str, str | float | int]
    advice: str


@dataclass(frozen=True, slots=True)
class FitReport:
    """What `fit --json` prints: the result, what the files had, what to do about the findings.

    With `--normal` also the normalised saving, which is another quantity and never added to the avoided energy.
    """

    result: FitResult
    files: tuple[FileNotes, ...]
    advice: tuple[AdvisedFinding, ...]
    normalised: NormalisedSaving | None = None

    @property
    def proven(self) -> bool:
        """Whether the first band is above zero, and everything that was asked for is stated."""
        lower = self.result.bands[0].lower_kwh if self.result.bands else None
        stated = self.normalised is None or self.normalised.normalised_saving_kwh is not None
        return lower is not None and lower > 0 and stated


@dataclass(frozen=True, slots=True)
class MethodLine:
    """What `methods --json` prints of each method."""

    name: str
    version: int
    since: date
    title: str
    source: str
    intervals: tuple[str, ...]
    needs_temperature: bool


def fit(
    file: Annotated[Path | None, typer.Argument(help="CSV with a line of headings, also .gz.")] = None,
    method: Annotated[str, typer.Option(help="Name of a method, or list.")] = "change-point-daily",
    baseline: Annotated[str | None, typer.Option(help="Baseline period FROM/TO, local days, TO not included.")] = None,
    reporting: Annotated[str | None, typer.Option(help="Reporting period FROM/TO.")] = None,
    energy: Annotated[str | None, typer.Option(help="Column of energy.")] = None,
    energy_unit: Annotated[EnergyUnit | None, typer.Option(help="Its unit; kW is the mean power of a row.")] = None,
    temperature: Annotated[str | None, typer.Option(help="Column of outdoor temperature.")] = None,
    temperature_unit: Annotated[TemperatureUnit | None, typer.Option(help="Its unit.")] = None,
    weather: Annotated[Path | None, typer.Option(help="CSV with the temperature, if it is another file.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of the days and of times without one.")] = None,
    confidence: Annotated[str, typer.Option(help="Confidences of the bands, the one that proves first.")] = "90,80,68",
    models: Annotated[str, typer.Option(help="Change-point models, such as 2P,3PH,4P, or auto.")] = "auto",
    day_types: Annotated[DayTypes, typer.Option(help="Days that are told apart.")] = DayTypes.NONE,
    base: Annotated[float | None, typer.Option(help="Base temperature of degree days [C], else searched.")] = None,
    indoor: Annotated[float, typer.Option(help="Indoor temperature of gsop [C].")] = 20.0,
    heating_limit: Annotated[float, typer.Option(help="Warmest daily mean of a heating day of gsop [C].")] = 8.0,
    segments: Annotated[int, typer.Option(min=1, max=12, help="Segments of the temperature of towt.")] = 6,
    knots: Annotated[str | None, typer.Option(help="Where they meet instead [C], such as 4.4,12.8,18.3.")] = None,
    latitude: Annotated[
        float | None, typer.Option(min=-90, max=90, help="Latitude, where the sun may count: change-point-daily.")
    ] = None,
    meter_error: Annotated[float, typer.Option(min=0, max=0.2, help="Permissible error of the meter, a share.")] = 0.0,
    normal: Annotated[
        str | None, typer.Option(help="Normalised savings too, in the years of a weather CSV, or of the given: mean.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Avoided energy of any verification method on a CSV file, without a database.

    0: it is proven. 1: it is not, or something that was asked for cannot be stated. 2: a file or an option is wrong.
    """
    if method == "list":
        methods(as_json=as_json)
        return
    options = MethodOptions(
        _models(models), day_types, base, indoor, heating_limit, segments, _knots(knots), meter_error, latitude
    )
    wanted = Wanted(energy, energy_unit, temperature, temperature_unit, _zone(zone))
    periods = _period("--baseline", baseline), _period("--reporting", reporting)
    if file is None:
        raise ConfigurationError("fit: say which FILE, or --method list")
    report = fit_file(file, weather, method, periods, _confidences(confidence), options, wanted, normal)
    if as_json:
        output.print_json(report)
    else:
        _print(report)
    if not report.proven:
        raise typer.Exit(1)


def fit_file(
    file: Path,
    weather: Path | None,
    method: str,
    periods: tuple[Period, Period],
    confidences: tuple[float, ...],
    options: MethodOptions,
    wanted: Wanted,
    normal: str | None = None,
) -> FitReport:
    """Read the files and run a method on the two periods; `normal` as the option says.

    Raises:
        InvalidFileError: If a file does not say what was expected.
        NotEnoughDataError: If the method cannot work with rows of that length, or there is no temperature.
    """
    chosen = method_named(method, options)
    table = read_table(file)
    energy, notes = read_energy(table, wanted)
    about = chosen.about
    if energy.interval not in about.intervals:
        fine = " or ".join(f"{interval}s" for interval in about.intervals)
        raise NotEnoughDataError(f"{method} needs rows of {fine}, {file} has {energy.interval}s")
    found = None
    if about.needs_temperature:
        found = read_temperature(table if weather is None else read_table(weather), wanted)
        if found is None:
            raise NotEnoughDataError(
                f"{method} needs an outdoor temperature: say --temperature COLUMN or --weather FILE"
            )
    reference = None
    if normal is not None:
        reference = _reference(normal, None if found is None else found[0], wanted, options)
    before, after = (
        Observations(period, energy.over(period), None if found is None else found[0].over(period))
        for period in periods
    )
    result = chosen.run(before, after, confidences)
    advised = tuple(
        AdvisedFinding(found.code, found.severity.name.lower(), dict(found.data), advice_on(found.code))
        for found in result.findings
    )
    at_reference = None
    if reference is not None:
        at_reference = normalised(chosen, before, after, reference, confidences)
    return FitReport(result, (notes,) if found is None else (notes, found[1]), advised, at_reference)


def _reference(normal: str, given: Series | None, wanted: Wanted, options: MethodOptions) -> Reference:
    """The reference weather that `--normal` asks for."""
    if given is None:
        raise ConfigurationError("--normal: a method without an outdoor temperature has no reference conditions")
    if options.day_types is DayTypes.RUSSIA:
        raise ConfigurationError("--normal: reference years have no holidays; leave out --day-types ru, or say week")
    if normal == MEAN_YEAR:
        return reference_of("the given weather", given)
    found = read_temperature(read_table(Path(normal)), wanted)
    if found is None:
        raise ConfigurationError(f"--normal: {normal} has no column of outdoor temperature; say --temperature COLUMN")
    return reference_of(normal, found[0])


def methods(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """The verification methods with version and date."""
    abouts = [about for about, _ in METHODS.values()]
    if as_json:
        output.print_json(
            [
                MethodLine(
                    about.name,
                    about.version,
                    about.since,
                    about.title,
                    about.source,
                    tuple(about.intervals),
                    about.needs_temperature,
                )
                for about in abouts
            ]
        )
        return
    rows = [(about.name, about.version, str(about.since), " ".join(about.intervals), about.title) for about in abouts]
    output.print_table("", ("method", "version", "since", "rows", "what"), rows)


def _print(report: FitReport) -> None:
    result = report.result
    band = result.bands[0] if result.bands else None
    title = f"{result.method}, version {result.version} of {result.since}: {result.reporting} on {result.baseline}"
    output.people.print(title, markup=False)
    if band is not None and result.avoided_energy_kwh is not None:
        half = "band unknown" if band.half_width_kwh is None else f"± {band.half_width_kwh:,.1f}"
        share = "" if result.fractional_saving is None else f", {result.fractional_saving:.1%}"
        sentence = f"avoided energy {result.avoided_energy_kwh:,.1f} {half} kWh ({band.confidence:.0%}){share}"
        output.people.print(sentence, markup=False)
    output.print_table("", ("figure", "value"), _figures(result))
    if report.normalised is not None:
        _print_normalised(report.normalised)
    for advised in report.advice:
        words = _in_words(advised.severity, advised.code, advised.data, advised.advice)
        output.people.print(words, markup=False)
    for line in dict.fromkeys(line for notes in report.files for line in _beyond(notes, result)):
        output.people.print(line, markup=False, soft_wrap=True)
    for notes in report.files:
        if notes.repeated_rows or notes.out_of_order_rows or notes.missing_rows or notes.unknown_values:
            said = (
                f"{notes.unknown_values} without a value, {notes.missing_rows} missing, {notes.repeated_rows} repeated"
            )
            output.people.print(f"{notes.file}: {said}, {notes.out_of_order_rows} out of order", markup=False)


def _in_words(severity: str, code: FindingCode, data: Mapping[str, str | float | int], advice: str) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in data.items())
    return f"{severity}: {code}{f' ({figures})' if figures else ''}{f': {advice}' if advice else ''}"


def _beyond(notes: FileNotes, result: FitResult) -> Iterator[str]:
    """Which days of the two periods a file cannot know, because it begins later or has ended."""
    last = notes.last_day
    if notes.interval is Interval.MONTH:
        last = (last.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    for name, period in (("baseline", result.baseline), ("reporting", result.reporting)):
        if period.start < notes.first_day:
            yield f"{notes.file}: the file begins on {notes.first_day}, the {name} period on {period.start}"
        if last < period.end - timedelta(days=1):
            yield f"{notes.file}: the file ends on {last}, the {name} period on {period.end - timedelta(days=1)}"


def _print_normalised(found: NormalisedSaving) -> None:
    """Apart from the avoided energy, so that nobody adds the two."""
    if found.normalised_saving_kwh is not None:
        band = found.bands[0]
        half = "band unknown" if band.half_width_kwh is None else f"± {band.half_width_kwh:,.1f}"
        share = "" if found.fractional_saving is None else f", {found.fractional_saving:.1%}"
        sentence = f"normalised saving {found.normalised_saving_kwh:,.1f} {half} kWh a year ({band.confidence:.0%})"
        years = "the year" if found.years == 1 else f"the mean of {found.years} years"
        where = f"in {years} of {found.reference}, {found.weather}"
        outside = f", without {found.days_outside} days above the heating limit" if found.days_outside else ""
        output.people.print(f"{sentence}{share}, {where}{outside}; never added to avoided energy", markup=False)
    for finding in found.findings:
        severity = f"normalised, {finding.severity.name.lower()}"
        words = _in_words(severity, finding.code, finding.data, advice_on(finding.code))
        output.people.print(words, markup=False)


def _figures(result: FitResult) -> list[tuple[str, str]]:
    rows = [
        (name, "" if value is None else f"{value:,.3f}")
        for name, value in (
            ("adjusted baseline, kWh", result.adjusted_baseline_kwh),
            ("metered, kWh", result.metered_kwh),
            ("avoided energy, kWh", result.avoided_energy_kwh),
        )
    ]
    for band in result.bands:
        widths = (band.half_width_kwh, band.guideline_14_half_width_kwh, band.sun_baltazar_half_width_kwh)
        said = " / ".join("?" if width is None else f"{width:,.1f}" for width in widths)
        rows.append((f"± at {band.confidence:.0%}: exact / Guideline 14 / Sun-Baltazar, kWh", said))
    if result.figures is not None:
        figures = result.figures
        rows.append(("R², CV(RMSE), NMBE", f"{figures.r2}, {figures.cv_rmse}, {figures.nmbe}"))
        rows.append(("rho, n, n', p", f"{figures.rho}, {figures.n}, {figures.n_effective}, {figures.parameters}"))
    rows += [(name, str(value)) for name, value in result.parameters.items() if value is not None]
    for name, counts in (("baseline", result.baseline_rows), ("reporting", result.reporting_rows)):
        out = ", ".join(f"{count} {reason}" for reason, count in counts.left_out.items())
        rows.append((f"{name} rows used", f"{counts.used} of {counts.rows}{f' ({out})' if out else ''}"))
    return rows


def _period(option: str, text: str | None) -> Period:
    if text is None:
        raise ConfigurationError(f"fit: say {option} FROM/TO")
    try:
        return Period.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from error


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"--zone: expected a name such as Europe/Moscow, got {name!r}") from error


def _models(text: str) -> tuple[ModelKind, ...]:
    if text == "auto":
        return ALL_MODELS
    chosen: list[ModelKind] = []
    for word in text.split(","):
        name = word.strip().upper()
        kinds = [kind for kind in ALL_MODELS if name and kind.value.startswith(name)]
        if not kinds:
            raise ConfigurationError(f"--models: expected names of {', '.join(ALL_MODELS)}, got {word!r}")
        chosen += kinds
    return tuple(chosen)


def _confidences(text: str) -> tuple[float, ...]:
    try:
        numbers = [float(word.strip().rstrip("%")) for word in text.split(",")]
    except ValueError:
        numbers = []
    shares = tuple(round(number / 100 if number > 1 else number, 6) for number in numbers)
    if not shares or not all(0 < share < 1 for share in shares):
        raise ConfigurationError(f"--confidence: expected shares such as {CONFIDENCES} or 90,80,68, got {text!r}")
    return shares


def _knots(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError as error:
        raise ConfigurationError(f"--knots: expected temperatures such as 4.4,12.8, got {text!r}") from error
