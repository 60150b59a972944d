"""Alert rules, contact points and policies as Grafana's provisioning wants them."""

from grafana_foundation_sdk.models import alerting

from dashboards.grafana.source import PREFIX, SOURCE_UID, PostgresQuery, ThresholdQuery
from dashboards.panels.alerts import ALERTS
from dashboards.panels.panel import Alert
from teplosvet.words.catalogue import gettext

GROUP = "teplosvet"
FOLDER_UID = f"{PREFIX}alerts"
RECEIVER = "teplosvet"
EVERY_S = 300
LOOK_BACK_S = 3600


def rules() -> list[dict[str, object]]:
    """Every alert rule, as the HTTP API wants it."""
    return [_rule(each).to_json() for each in ALERTS]


def _rule(found: Alert) -> alerting.Rule:
    span = alerting.RelativeTimeRange(from_val=LOOK_BACK_S, to=0)
    return alerting.Rule(
        uid=PREFIX + found.uid,
        title=gettext(found.title),
        annotations={"summary": gettext(found.title), "description": gettext(found.description)},
        labels={"severity": found.severity, "product": "teplosvet"},
        folder_uid=FOLDER_UID,
        rule_group=GROUP,
        org_id=1,
        for_val=found.hold,
        condition="C",
        no_data_state="OK",
        exec_err_state="Error",
        is_paused=False,
        data=[
            alerting.Query(
                datasource_uid=SOURCE_UID, model=PostgresQuery(found.text), ref_id="A", relative_time_range=span
            ),
            alerting.Query(
                datasource_uid="__expr__", model=ThresholdQuery(found.above), ref_id="C", relative_time_range=span
            ),
        ],
    )


def rules_file() -> dict[str, object]:
    """``alerting/rules.yaml``."""
    kept = (
        "uid",
        "title",
        "condition",
        "data",
        "noDataState",
        "execErrState",
        "for",
        "annotations",
        "labels",
        "isPaused",
    )
    group = {
        "orgId": 1,
        "name": GROUP,
        "folder": gettext("Alerts"),
        "interval": f"{EVERY_S}s",
        "rules": [{name: rule[name] for name in kept} for rule in rules()],
    }
    return {"apiVersion": 1, "groups": [group]}


def contact_points_file() -> dict[str, object]:
    """``alerting/contact-points.yaml``: by e-mail to whom the environment names."""
    receiver = {"uid": f"{PREFIX}mail", "type": "email", "settings": {"addresses": "$TEPLOSVET_ALARM_ADDRESS"}}
    return {"apiVersion": 1, "contactPoints": [{"orgId": 1, "name": RECEIVER, "receivers": [receiver]}]}


def policies_file() -> dict[str, object]:
    """``alerting/policies.yaml``: a fault is repeated after four hours, the rest after a day."""
    fault = {"receiver": RECEIVER, "object_matchers": [["severity", "=", "fault"]], "repeat_interval": "4h"}
    policy = {
        "orgId": 1,
        "receiver": RECEIVER,
        "group_by": ["grafana_folder", "alertname"],
        "group_wait": "1m",
        "group_interval": "5m",
        "repeat_interval": "24h",
        "routes": [fault],
    }
    return {"apiVersion": 1, "policies": [policy]}
