"""Where Grafana asks: the data source, and a query of it, for which the foundation SDK has no builder."""

from dataclasses import dataclass

from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

SOURCE_TYPE = "grafana-postgresql-datasource"
SOURCE_UID = "teplosvet"
PREFIX = "teplosvet-"
"""Of every uid in Grafana, which may have dashboards of others."""


def chosen_source() -> DataSourceRef:
    """The data source by variable: whoever has several databases chooses."""
    return DataSourceRef(type_val=SOURCE_TYPE, uid="${datasource}")


@dataclass
class PostgresQuery(Dataquery):
    """A query as the PostgreSQL data source of Grafana wants it.

    Attributes:
        sql: With macros and variables.
        shape: ``table`` or ``time_series``; in the second, columns of text name the series.
        ref_id: A letter.
        source: Data source, None for that of the rule.
    """

    sql: str
    shape: str = "table"
    ref_id: str = "A"
    source: DataSourceRef | None = None

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        source = {} if self.source is None else {"datasource": self.source}
        return {
            **source,
            "editorMode": "code",
            "format": self.shape,
            "rawQuery": True,
            "rawSql": self.sql,
            "refId": self.ref_id,
        }


@dataclass
class ThresholdQuery(Dataquery):
    """A condition on another query: `value` above a limit."""

    above: float
    on: str = "A"
    ref_id: str = "C"

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        return {
            "conditions": [{"evaluator": {"params": [self.above], "type": "gt"}}],
            "datasource": {"type": "__expr__", "uid": "__expr__"},
            "expression": self.on,
            "refId": self.ref_id,
            "type": "threshold",
        }
