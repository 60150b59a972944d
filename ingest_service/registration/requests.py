"""What is sent to register devices, as it has to be; what it means is checked elsewhere."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from teplosvet.domain.devices import NAME_RULE, is_name


def _printable(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("control characters")
    return text.strip()


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(NAME_RULE)
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Serial = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_printable)]
Name = Annotated[str, AfterValidator(_name)]
Registers = Annotated[dict[str, FiniteFloat], Field(max_length=50)]


class IdentityIn(BaseModel):
    """A device as its vendor's messages name it."""

    adapter: Text
    identity: Text


class InstallationIn(BaseModel):
    """An instrument that is put in."""

    model_config = ConfigDict(populate_by_name=True)

    request_id: UUID
    device: Name | None = None
    device_class: Annotated[Text, Field(alias="class")]
    model: Text = ""
    publisher: Name | None = None
    serial: Serial
    building: Text
    entrance: Text | None = None
    floor: Annotated[int, Field(ge=-20, le=200)] | None = None
    zone: Text = ""
    installed_at: AwareDatetime
    start_registers: Registers = {}
    identities: Annotated[list[IdentityIn], Field(max_length=20)] = []
    calibrated_on: date | None = None
    calibration_due: date | None = None
    claim: Text | None = None


class ExchangeIn(BaseModel):
    """One instrument goes, another comes, at the same place."""

    request_id: UUID
    closed_at: AwareDatetime
    closing_registers: Registers
    serial: Serial
    model: Text | None = None
    start_registers: Registers
    calibrated_on: date | None = None
    calibration_due: date | None = None


class WithdrawalIn(BaseModel):
    """An instrument goes for good."""

    request_id: UUID
    closed_at: AwareDatetime
    closing_registers: Registers = {}
