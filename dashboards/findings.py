"""Findings in words, energy in the unit that the reader chose."""

from dashboards.reader import Reader
from teplosvet.stored_statement import Finding
from teplosvet.words import findings


def finding_text(reader: Reader, finding: Finding, carrier: str) -> str:
    """What a finding says; a code that this console does not know is shown as it is."""
    return findings.finding_text(
        finding.code, finding.data, reader.language, lambda energy_kwh: reader.energy(energy_kwh, carrier)
    )
