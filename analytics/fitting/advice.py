"""What to do about a finding, for whoever fits a file by hand."""

from collections.abc import Mapping

from teplosvet.domain.findings import FindingCode

ADVICE: Mapping[FindingCode, str] = {
    FindingCode.BASELINE_TOO_SHORT: "give a longer baseline period, or a file with more of its rows known",
    FindingCode.PERIODS_OVERLAP: "choose periods without a day in common",
    FindingCode.NO_REPORTING_DATA: "give a reporting period that the file covers with energy and weather",
    FindingCode.LOW_COVERAGE: "find out why the rows are missing; those that are out are in neither sum",
    FindingCode.WEATHER_MISSING: "bring the missing temperatures, with --weather FILE of the nearest station",
    FindingCode.NEGATIVE_ENERGY: "check the meter's direction and the column; the values are kept as they are",
    FindingCode.CONSTANT_LOAD: "the energy does not follow the cold: try before-after or change-point-daily",
    FindingCode.CONSTANT_TEMPERATURE: "check the thermometer's column; without a spread of weather try before-after",
    FindingCode.EXTRAPOLATED_WEATHER: "look at the rows beyond its weather, or take a baseline that has seen them",
    FindingCode.BASELINE_POOR_FIT: "look for what else drives the energy; the band says what it costs",
    FindingCode.AUTOCORRELATED: "no action is needed: the band already counts fewer independent rows",
    FindingCode.NOT_PROVEN: "a longer period or a better fitting method may prove it; do not bill it as it stands",
    FindingCode.NEGATIVE_SAVING: "more was used than the adjusted baseline: look for what changed in the building",
}


def advice_on(code: FindingCode) -> str:
    """One sentence; empty where there is none."""
    return ADVICE.get(code, "")
