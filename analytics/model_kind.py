"""The change-point models by name."""

from enum import StrEnum


class ModelKind(StrEnum):
    """The change-point models of ASHRAE RP-1050, by their number of parameters."""

    MEAN = "1P"
    """``base``"""
    HEATING_LINE = "2PH"
    """``base + heating_slope (0 °C - T)``: heated on every day of the baseline."""
    COOLING_LINE = "2PC"
    """``base + cooling_slope (T - 0 °C)``"""
    HEATING = "3PH"
    """``base + heating_slope (heating_change_point - T)+``"""
    COOLING = "3PC"
    """``base + cooling_slope (T - cooling_change_point)+``"""
    BENT_LINE = "4P"
    """``base + heating_slope (change_point - T)+ + cooling_slope (T - change_point)+``; slopes of either sign."""
    HEATING_AND_COOLING = "5P"
    """Both hinges, each with its own change point."""

    @property
    def parameters(self) -> int:
        """Number of fitted parameters, change points counted."""
        return int(self.value[0])


HEAT_MODELS = (ModelKind.MEAN, ModelKind.HEATING_LINE, ModelKind.HEATING)
"""What a heat meter can follow: heat never grows with the outdoor temperature."""

LIGHT_MODELS = (ModelKind.MEAN, ModelKind.COOLING_LINE)
"""What lighting can follow on the dark hours of a day: it never falls when the dark lasts longer."""

ALL_MODELS = tuple(ModelKind)
