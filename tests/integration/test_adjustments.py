"""The ledger of adjustments on a real database: from a proposal to a version of the statement, and to a bundle."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import psycopg
import pytest

from analytics.act.commands import act as act_command
from analytics.act.commands import act_state
from analytics.act.log import list_acts
from analytics.act.state import ActState
from analytics.evidence.bundle_file import EVIDENCE, MANIFEST, manifest_of, read_files, write_bundle, zipped
from analytics.evidence.change_words import change_lines
from analytics.evidence.commands import verdict_of
from analytics.evidence.gather import load_bundle, versions_of
from analytics.ledger.evidence_file import GREATEST_FILE, read_evidence
from analytics.ledger.proposing import Proposal, propose, take_step
from analytics.ledger.store import load_ledgers
from analytics.verification import Connection, verify_contract
from teplosvet.access.principal import COMMAND_LINE, Principal, Role
from teplosvet.app import create_app
from teplosvet.bench.application import serving
from teplosvet.config import settings
from teplosvet.domain.adjustments import AdjustmentState, Basis, LedgerEntry, Side
from teplosvet.domain.errors import ConfigurationError, ForbiddenError, InvalidFileError, UnknownNameError
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from tests.integration.rollup_site import house as site_of
from tests.integration.test_evidence_bundle import REPORTING as METERED
from tests.integration.test_evidence_bundle import fill
from tests.integration.test_verification import register, store_energy, store_hours
from tests.signed_in import administrator_session, signed_in_client
from tests.unit.analytics.known_contracts import BASELINE, REPORTING, TEMPERATURE, heat_energy

CODE = "lenina-1"
JANUARY = Period.parse("2025-01-01/2025-02-01")
PDF = ("протокол.pdf", b"%PDF-1.7 measured")
SCRIPT = "<script>alert('1')</script>"


def proposal(
    amount: str = "10",
    basis: Basis = Basis.PER_DAY,
    period: Period = JANUARY,
    factor: str = "Heated area",
    half_width: str | None = "2",
    side: Side = Side.ESCO,
    by: str = "Ivanova",
) -> Proposal:
    width = None if half_width is None else Decimal(half_width)
    return Proposal(period, factor, "A shop was opened on the ground floor", basis, Decimal(amount), width, side, by)


@pytest.fixture
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    with connect(database) as connection:
        building = register(connection, "heat", "change-point-daily")
        store_energy(connection, building, "heat", heat_energy(0.2))
        store_hours(connection, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset())
        yield connection
    settings.cache_clear()


def put(house: Connection, what: Proposal | None = None, evidence: tuple[str, bytes] = PDF) -> LedgerEntry:
    return propose(house, COMMAND_LINE, CODE, what or proposal(), evidence)


def sign(house: Connection, number: int, side: Side, by: str) -> LedgerEntry:
    return take_step(house, COMMAND_LINE, CODE, number, AdjustmentState.AGREED, side, by)


def agree(house: Connection, number: int) -> LedgerEntry:
    sign(house, number, Side.ESCO, "Ivanova")
    return sign(house, number, Side.CUSTOMER, "Petrov")


def test_only_what_both_sides_agreed_enters_the_adjusted_baseline(house: Connection) -> None:
    plain = verify_contract(house, CODE, REPORTING)
    assert put(house).state is AdjustmentState.PROPOSED
    proposed = verify_contract(house, CODE, REPORTING)
    assert (proposed.avoided_energy_kwh, proposed.adjustments) == (plain.avoided_energy_kwh, ())
    (finding,) = [each for each in proposed.findings if each.code is FindingCode.ADJUSTMENT_PROPOSED]
    assert finding.data["energy_kwh"] == 310.0
    alone = sign(house, 1, Side.ESCO, "Ivanova")
    assert alone.state is AdjustmentState.PROPOSED
    assert verify_contract(house, CODE, REPORTING).avoided_energy_kwh == plain.avoided_energy_kwh
    assert sign(house, 1, Side.CUSTOMER, "Petrov").state is AdjustmentState.AGREED
    agreed = verify_contract(house, CODE, REPORTING)
    (line,) = agreed.adjustments
    assert (line.amount_kwh, line.half_width_kwh) == (310.0, 62.0)
    assert plain.avoided_energy_kwh is not None
    assert agreed.avoided_energy_kwh == round(plain.avoided_energy_kwh + 310.0, 3)
    assert agreed.adjusted_baseline_kwh == plain.adjusted_baseline_kwh
    assert agreed.baseline_days == plain.baseline_days
    told = [line for each in versions_of(house, CODE) for line in change_lines(each.version, each.changes)]
    assert any("because adjustments were added or changed" in line for line in told)
    assert [line for line in told if "No. 1" in line] == [
        "  adjustment No. 1 (Heated area): none → proposed, not in the sums",
        "  adjustment No. 1 (Heated area): proposed, not in the sums → agreed by both sides",
    ]


def test_after_an_act_is_paid_a_new_version_says_so_and_the_act_stays(house: Connection, tmp_path: Path) -> None:
    verify_contract(house, CODE, REPORTING)
    act_command(CODE, str(REPORTING), out=tmp_path)
    for state in (ActState.SENT, ActState.AGREED, ActState.PAID):
        act_state(CODE, str(REPORTING), state, by="Petrov")
    put(house)
    agree(house, 1)
    verify_contract(house, CODE, REPORTING)
    (listed,) = list_acts(house)
    assert (listed.state, listed.version, listed.newest_version) == (ActState.PAID, 1, 2)
    assert listed.difference_kwh == Decimal(310)


def test_a_bundle_has_the_evidence_and_is_recomputed_from_it(database: str, tmp_path: Path) -> None:
    path, period = tmp_path / "b.zip", Period(METERED.start, METERED.end)
    with site_of(database) as site:
        fill(site, "heat")
        first = propose(site.connection, COMMAND_LINE, "c", proposal(period=period), PDF)
        for side, by in ((Side.ESCO, "Ivanova"), (Side.CUSTOMER, "Petrov")):
            take_step(site.connection, COMMAND_LINE, "c", first.number, AdjustmentState.AGREED, side, by)
        more = proposal(factor="People", half_width=None, period=period)
        propose(site.connection, COMMAND_LINE, "c", more, ("note.txt", b"forty more"))
        verify_contract(site.connection, "c", METERED)
        bundle = load_bundle(site.connection, "c", METERED)
        assert bundle.inputs().ledger == load_ledgers(site.connection, ("c",))["c"]
    write_bundle(path, bundle)
    files = read_files(path)
    digest = hashlib.sha256(PDF[1]).hexdigest()
    assert files[f"{EVIDENCE}{digest}"] == PDF[1]
    assert verdict_of(path).verdict == "equal"
    fewer = msgspec.json.decode(files["contract.json"])
    fewer["ledger"][0]["amount"] = "11"
    changed = {name: data for name, data in files.items() if name != MANIFEST}
    changed["contract.json"] = msgspec.json.encode(fewer)
    path.write_bytes(zipped({**changed, MANIFEST: msgspec.json.encode(manifest_of(bundle, changed))}))
    assert verdict_of(path).verdict == "different"
    forged = {name: data for name, data in files.items() if name != MANIFEST} | {f"{EVIDENCE}{digest}": b"%PDF-other"}
    manifest = msgspec.json.encode(manifest_of(bundle, forged))
    path.write_bytes(zipped({**forged, MANIFEST: manifest}))
    assert "evidence" in str(verdict_of(path))
    del forged[f"{EVIDENCE}{digest}"]
    path.write_bytes(zipped({**forged, MANIFEST: msgspec.json.encode(manifest_of(bundle, forged))}))
    with pytest.raises(InvalidFileError, match="just the evidence"):
        verdict_of(path)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (proposal(period=Period(BASELINE.start, BASELINE.end)), "baseline period"),
        (proposal(amount="0"), "nothing"),
        (proposal(amount="NaN"), "number up to"),
        (proposal(amount="1e12"), "number up to"),
        (proposal(amount="101", basis=Basis.PERCENT), "number up to 100"),
        (proposal(half_width="-1"), "not negative"),
        (proposal(factor="a\0b"), "cannot be shown"),
        (proposal(factor=" "), "expected a text"),
        (proposal(factor="x" * 121), "at most 120"),
        (proposal(by="\x1b[31mred"), "cannot be shown"),
    ],
)
def test_what_cannot_be_right_is_refused(house: Connection, what: Proposal, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        put(house, what)
    assert load_ledgers(house, (CODE,), all_states=True)[CODE] == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"%PDF-" + b"0" * 20_000_000, b"MZ\x90\x00\xff", b"\x00script"],
    ids=["empty", "20MB", "program", "nul"],
)
def test_what_is_no_evidence_is_refused(house: Connection, body: bytes) -> None:
    with pytest.raises(InvalidFileError):
        put(house, evidence=("../../etc/evil.pdf", body))


def test_contradictory_adjustments_are_found_and_only_one_can_be_agreed(house: Connection) -> None:
    put(house)
    with pytest.raises(ConfigurationError, match=r"No\. 1 proposes the same"):
        put(house)
    put(house, proposal(amount="-4", factor="heated  AREA", side=Side.CUSTOMER, by="Petrov"))
    statement = verify_contract(house, CODE, REPORTING)
    (finding,) = [each for each in statement.findings if each.code is FindingCode.ADJUSTMENTS_CONTRADICT]
    assert (finding.data["number"], finding.data["other"]) == (1, 2)
    agree(house, 1)
    sign_it = (house, 2, Side.ESCO, "Ivanova")
    with pytest.raises(ConfigurationError, match=r"No\. 1 of the same factor is agreed"):
        sign(*sign_it)
    with pytest.raises(ConfigurationError, match=r"No\. 1 of the same factor is agreed"):
        put(house, proposal(amount="7"))


def test_more_than_the_baseline_of_its_days_states_nothing(house: Connection) -> None:
    put(house, proposal(amount="-1000000", basis=Basis.TOTAL))
    warned = verify_contract(house, CODE, REPORTING)
    assert warned.avoided_energy_kwh is not None
    agree(house, 1)
    statement = verify_contract(house, CODE, REPORTING)
    assert statement.avoided_energy_kwh is None
    found = [each for each in statement.findings if each.code is FindingCode.ADJUSTMENT_ABOVE_BASELINE]
    assert [each.severity for each in found] == [Severity.REFUSAL]


def test_steps_that_are_not_open(house: Connection) -> None:
    with pytest.raises(UnknownNameError):
        sign(house, 1, Side.ESCO, "Ivanova")
    with pytest.raises(UnknownNameError):
        propose(house, COMMAND_LINE, "nobody", proposal(), PDF)
    put(house)
    sign(house, 1, Side.ESCO, "Ivanova")
    with pytest.raises(ConfigurationError, match="already"):
        sign(house, 1, Side.ESCO, "Sidorova")
    with pytest.raises(ConfigurationError, match="own signatory"):
        sign(house, 1, Side.CUSTOMER, " ivanova ")
    with pytest.raises(ConfigurationError, match="withdraws it"):
        take_step(house, COMMAND_LINE, CODE, 1, AdjustmentState.REJECTED, Side.ESCO, "Ivanova")
    account = Principal(7, "esco", frozenset({Role.ESCO}))
    with pytest.raises(ForbiddenError):
        take_step(house, account, CODE, 1, AdjustmentState.AGREED, Side.CUSTOMER, "Petrov")
    sign(house, 1, Side.CUSTOMER, "Petrov")
    with pytest.raises(ConfigurationError, match="both sides withdraw"):
        take_step(house, COMMAND_LINE, CODE, 1, AdjustmentState.REJECTED, Side.CUSTOMER, "Petrov")
    half = take_step(house, COMMAND_LINE, CODE, 1, AdjustmentState.WITHDRAWN, Side.ESCO, "Ivanova")
    assert half.state is AdjustmentState.AGREED
    assert (
        take_step(house, COMMAND_LINE, CODE, 1, AdjustmentState.WITHDRAWN, Side.CUSTOMER, "Petrov").state == "withdrawn"
    )
    with pytest.raises(ConfigurationError, match="propose a new one"):
        sign(house, 1, Side.ESCO, "Ivanova")


def test_one_account_does_not_sign_for_both_sides(house: Connection) -> None:
    both = Principal(7, "one", frozenset({Role.ESCO, Role.OPERATOR}))
    put(house)
    take_step(house, both, CODE, 1, AdjustmentState.AGREED, Side.ESCO, "Ivanova")
    with pytest.raises(ConfigurationError, match="sign apart"):
        take_step(house, both, CODE, 1, AdjustmentState.AGREED, Side.CUSTOMER, "Petrov")
    sign(house, 1, Side.CUSTOMER, "Petrov")
    take_step(house, both, CODE, 1, AdjustmentState.WITHDRAWN, Side.ESCO, "Ivanova")
    with pytest.raises(ConfigurationError, match="sign apart"):
        take_step(house, both, CODE, 1, AdjustmentState.WITHDRAWN, Side.CUSTOMER, "Petrov")
    with pytest.raises(ConfigurationError, match="own signatory"):
        take_step(house, COMMAND_LINE, CODE, 1, AdjustmentState.WITHDRAWN, Side.CUSTOMER, "Ivanova")


def test_the_ledger_only_grows_and_every_step_is_in_the_audit(house: Connection) -> None:
    put(house, proposal(factor=SCRIPT))
    agree(house, 1)
    for statement in (
        "UPDATE adjustment SET amount = 1",
        "DELETE FROM adjustment_step",
        "TRUNCATE adjustment_evidence CASCADE",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="only grows"):
            house.execute(statement)
    rows = house.execute("SELECT action, data ->> 'static_factor' FROM audit_log ORDER BY id").fetchall()
    assert rows == [("adjustment.proposed", SCRIPT), ("adjustment.agreed", SCRIPT), ("adjustment.agreed", SCRIPT)]


def test_evidence_that_is_too_large_is_read_no_further(tmp_path: Path) -> None:
    path = tmp_path / "e.pdf"
    path.write_bytes(b"%PDF-" + b"0" * 20_000_000)
    assert len(read_evidence(path)[1]) == GREATEST_FILE + 1
    with pytest.raises(ConfigurationError, match="evidence"):
        read_evidence(tmp_path / "none.pdf")


def test_the_ledger_over_http(house: Connection, database: str) -> None:
    form = {
        "period": str(JANUARY),
        "factor": SCRIPT,
        "reason": "more people",
        "basis": "total",
        "amount": "-12,5",
        "side": "customer",
        "by": "Petrov",
    }
    administrator_session(database)
    with serving(create_app(database)) as address, signed_in_client(address) as client:
        place = f"/api/v1/contracts/{CODE}/adjustments"
        made = client.post(place, data=form, files={"evidence": ("../n.pdf", PDF[1])})
        assert (made.status_code, made.json()["amount"], made.json()["evidence"]["name"]) == (201, "-12.5", "n.pdf")
        large = {"evidence": ("n.pdf", b"%PDF-" + b"0" * 20_000_000)}
        assert client.post(place, data=form, files=large).status_code == 422
        assert client.post(place, data=form | {"factor": "a\0"}, files={"evidence": PDF}).status_code == 422
        assert (
            client.post("/api/v1/contracts/nobody/adjustments", data=form, files={"evidence": PDF}).status_code == 404
        )
        signed = client.post(f"{place}/1/agree", json={"side": "customer", "by": "Petrov"})
        assert (signed.status_code, signed.json()["state"]) == (200, "proposed")
        assert client.post(f"{place}/1/agree", json={"side": "customer", "by": "Petrov"}).status_code == 422
        assert client.post(f"{place}/99999999999/agree", json={"side": "esco", "by": "x"}).status_code == 422
        assert client.post(f"{place}/1/reject", json={"side": "esco", "by": "Ivanova"}).json()["state"] == "rejected"
        assert [each["state"] for each in client.get(place).json()] == ["rejected"]
        evidence = client.get(f"{place}/1/evidence")
        assert (evidence.content, evidence.headers["x-content-type-options"]) == (PDF[1], "nosniff")
        assert evidence.headers["content-disposition"].startswith("attachment")
        verify_contract(house, CODE, REPORTING)
        shown = client.get(f"/contracts/{CODE}").text
        assert "&lt;script&gt;" in shown
        assert SCRIPT not in shown
