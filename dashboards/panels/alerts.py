"""What somebody is told of when it happens."""

from dashboards.panels.panel import Alert
from dashboards.panels.wording import mark as _

ALERTS = (
    Alert(
        "silent-devices",
        _("Silent devices"),
        _("Devices of a building have said nothing for three hours: look at its power and its gateway."),
        "alerts.silent",
        hold="1h",
    ),
    Alert(
        "failed-lamps",
        _("Failed lamps"),
        _("Luminaires report a failed lamp: replace it, its energy is no saving."),
        "alerts.failed_lamps",
        hold="1h",
    ),
    Alert(
        "meter-fault",
        _("Meter fault"),
        _("A heat meter reports an error: its energy may be lost until somebody goes there."),
        "alerts.meter_fault",
        severity="fault",
    ),
    Alert(
        "calibration-due",
        _("Verification of a meter runs out"),
        _("Within sixty days the meter may no longer be used for payment: have it verified or exchange it."),
        "alerts.calibration",
        above=-60,
        hold="0s",
    ),
    Alert(
        "completeness-low",
        _("Readings incomplete"),
        _("More than a tenth of the time of the last days is without readings: the saving will not be proven."),
        "alerts.completeness",
        above=0.1,
        hold="1d",
    ),
    Alert(
        "ingest-stopped",
        _("Ingest has stopped"),
        _("Nothing was written for a quarter of an hour: look at the broker, then at the ingest worker."),
        "alerts.ingest",
        above=15,
        hold="5m",
        severity="fault",
    ),
    Alert(
        "quarantine-growing",
        _("Quarantine grows"),
        _("More than a hundred messages were refused for one reason: mend the reason, then replay them."),
        "alerts.quarantine",
        above=100,
    ),
    Alert(
        "saving-fades",
        _("A saving fades"),
        _("The newest period saves less than the one before, by more than three hundredths of the baseline."),
        "alerts.fading",
        above=0.03,
        hold="0s",
    ),
)
