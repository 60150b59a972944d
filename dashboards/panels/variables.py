"""Choices above dashboards."""

from dashboards.panels.panel import Variable
from dashboards.panels.wording import mark as _

CARRIER = Variable("carrier", _("Carriers"), "variables.carrier", many=True)
BUILDING = Variable("building", _("Building"), "variables.building")
KIND = Variable("kind", _("Energy carrier"), "variables.kind")
ENTRANCE = Variable("entrance", _("Entrances"), "variables.entrance", many=True)
DEVICE = Variable("device", _("Chosen device"), "variables.device")
QUANTITY = Variable("quantity", _("Quantity"), "variables.quantity")
CONTRACT = Variable("contract", _("Chosen contract"), "variables.contract")

ALL = (CARRIER, BUILDING, KIND, ENTRANCE, DEVICE, QUANTITY, CONTRACT)
