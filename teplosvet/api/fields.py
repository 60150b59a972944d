"""The fields of lists: one meaning for each name, in every list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from teplosvet.domain.quantities import SPECS


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    INSTANT = "instant"
    DAY = "day"
    MONEY = "money"
    DATA = "data"

    @property
    def type(self) -> Any:
        """Its type in Python; money travels as text, so that nobody rounds it."""
        return _TYPES[self]


_TYPES = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.FLAG: bool,
    Kind.INSTANT: datetime,
    Kind.DAY: date,
    Kind.MONEY: str,
    Kind.DATA: Any,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of lists."""

    kind: Kind
    description: str


def _of(kind: Kind, /, **descriptions: str) -> dict[str, Field]:
    return {name: Field(kind, text) for name, text in descriptions.items()}


FIELDS: Mapping[str, Field] = {
    **_of(
        Kind.TEXT,
        site="Name of the site.",
        title="Its title.",
        building="Code of the building.",
        building_title="Title of the building.",
        address="Postal address.",
        zone="Time zone.",
        weather="Device that measures the weather for it.",
        entrance="Entrance of the building.",
        device="Name of the device.",
        device_class="What the device measures.",
        publisher="Who speaks for the device at the broker.",
        model="Model of the instrument.",
        serial="Serial number of the instrument.",
        quantity="What is measured, named with its unit.",
        rule="How the amount was made.",
        carrier="Carrier: light, heat, electricity or water.",
        code="What was found, one word.",
        event="What happened, one word.",
        contract="Code of the contract.",
        method="Verification method.",
        currency="Currency, ISO 4217.",
        tariff_per="What the tariff is a price of.",
        customer="The customer.",
        esco="The energy service company.",
        boundary="Measurement boundary in words.",
        option="IPMVP option.",
        guarantee_proration="How the guarantee is shared out to a part of its period.",
        surplus_rule="Who has the surplus.",
        region="Region whose calendar decides due dates.",
        kind="Which kind.",
        digest="SHA-256 of the statement.",
        state="Its state.",
        by_whom="Who said so.",
        note="What was noted.",
        outcome="What came of it: stated, refused or failed.",
        reason="Why.",
        guarantee="Whether the guarantee is met, missed or open.",
        topic="MQTT topic.",
        detail="What was wrong.",
        example="What was wrong with one of them.",
        adapter="Whose message format.",
        identity="Who the device is in its vendor's words.",
        message="The last message.",
        acknowledged_by="Who acknowledged it.",
        actor="Who.",
        target="Where alarms are sent.",
        language="Language of the messages.",
        quiet_from="Beginning of the quiet hours, local time.",
        quiet_to="End of the quiet hours, local time.",
        text="It in one sentence, in the language of Accept-Language.",
    ),
    **_of(
        Kind.INTEGER,
        buildings="How many buildings.",
        devices="How many devices.",
        floor="Floor.",
        covered_s="Time that readings cover. [s]",
        day_s="Length of the day. [s]",
        presence_events="How often somebody came.",
        severity="How much it weighs, 1 to 3.",
        version="Version, from 1.",
        entry="Number of the entry.",
        number="Number of the act.",
        payment_days="Days in which to pay. [d]",
        run="Number of the run.",
        days_to_prove="Days still needed to prove the saving. [d]",
        days_to_decide="Days still needed to decide on the guarantee. [d]",
        rank_by_saving="Rank by avoided energy.",
        rank_by_lower_bound="Rank by the lower bound.",
        contracts="How many contracts are in the sum.",
        left_out="How many contracts without a band are not.",
        proven_contracts="How many of them are proven.",
        times="How often it came.",
        messages="How many messages.",
        payload_bytes="Length of the message. [B]",
        message_id="Number of the message.",
        alarm_id="Number of the alarm.",
        least_severity="Least severity that is told.",
        digest_after="More alarms at once than so many become one message.",
        subscription="Number of the subscription.",
    ),
    **_of(
        Kind.NUMBER,
        latitude="Latitude, north positive. [°]",
        longitude="Longitude, east positive. [°]",
        floor_area_m2="Heated floor area. [m²]",
        value="The value.",
        amount="Consumption, in the unit of the quantity.",
        estimated="Of it estimated.",
        energy_kwh="Energy. [kWh]",
        estimated_kwh="Of it estimated. [kWh]",
        coverage="Share of the day that readings cover. [-]",
        off_s="Time off. [s]",
        dimmed_s="Time dimmed. [s]",
        full_s="Time at full light. [s]",
        present_s="Time in which somebody was there. [s]",
        failed_s="Time broken. [s]",
        override_s="Time in which somebody else than the sensor decided. [s]",
        energy_by_level_kwh="Energy from hours at each level. [kWh]",
        guarantee_kwh="Guaranteed saving. [kWh]",
        adjusted_baseline_kwh="Adjusted baseline. [kWh]",
        avoided_energy_kwh="Avoided energy. [kWh]",
        lower_kwh="Lower bound of the avoided energy. [kWh]",
        upper_kwh="Upper bound of the avoided energy. [kWh]",
        independent_half_width_kwh="Half the band if errors are independent. [kWh]",
        correlated_half_width_kwh="Half the band if errors are fully correlated. [kWh]",
    ),
    **_of(
        Kind.MONEY,
        tariff_amount="Price.",
        esco_share="The company's share. [-]",
        investment="What was invested.",
        guarantee_degree_days="Degree days of the guarantee. [K·d]",
        surplus_esco_share="The company's share of the surplus. [-]",
        cap="The greatest sum that is paid in all.",
        indexation_percent="Indexation a year. [%]",
        discount_percent="Discount rate. [%]",
        payable="What is to be paid.",
        worth="What the saving is worth.",
    ),
    **_of(
        Kind.FLAG,
        proven="Whether the whole band lies above zero.",
        archive="Whether it comes from the meter's own archive.",
        acknowledges="Whether it acknowledges the alarm.",
    ),
    **_of(
        Kind.INSTANT,
        installed_at="When the instrument was installed.",
        removed_at="When it was removed.",
        measured_at="When it was measured.",
        received_at="When it arrived.",
        last_reading_at="When the newest reading was measured.",
        hour="Beginning of the hour.",
        found_at="Where it was found.",
        happened_at="When it happened.",
        made_at="When it was made.",
        at="When.",
        first_at="When it came first.",
        last_at="When it came last.",
        replayed_at="When it was replayed.",
        opened_at="When the alarm opened.",
        last_seen="When its condition held last.",
        closed_at="When it closed.",
        acknowledged_at="When it was acknowledged.",
    ),
    **_of(
        Kind.DAY,
        day="Local day of the building.",
        baseline_start="First day of the baseline period.",
        baseline_end="The day after its last one.",
        period_start="First day of the period.",
        period_end="The day after its last one.",
        guarantee_start="First day of the guarantee.",
        guarantee_end="The day after its last one.",
        term_start="First day of the term.",
        term_end="The day after its last one.",
        indexation_start="From when prices are indexed.",
    ),
    **_of(
        Kind.DATA,
        start_registers="Registers at the start.",
        closing_registers="Registers at the end.",
        quantities="Newest value of each quantity.",
        data="Figures and words about it.",
        changes="What differs from the version before, and why.",
        body="The statement.",
        rules="Rules that are told, null for all.",
    ),
    **{
        quantity.value: Field(Kind.NUMBER, f"Reading of {quantity.wire_name}. [{spec.unit or '-'}]")
        for quantity, spec in SPECS.items()
    },
}
"""What each field of a list means."""
