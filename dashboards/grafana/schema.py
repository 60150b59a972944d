"""Grafana's dashboards as the foundation SDK has them: schema v1, which every Grafana from 10 on loads.

The SDK calls it deprecated when it is imported, because Grafana 13 writes v2 itself; that is no concern of who runs us.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.models import dashboard as grafana

__all__ = ["grafana"]
