import gzip
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.fitting import csv_file
from analytics.fitting.command import fit_file
from analytics.fitting.csv_file import Wanted
from analytics.fitting.options import MethodOptions
from analytics.fitting.registry import METHODS
from tests.command import Call, caller
from tests.unit.analytics.fitting.known_houses import BASELINE, NAMES, REPORTING, csv_text, energy, weather

WEATHER = weather()
TEXT = csv_text(energy(WEATHER, 0.2), WEATHER)
PERIODS = ("--baseline", str(BASELINE), "--reporting", str(REPORTING))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    return caller(monkeypatch, capfd, tmp_path / "home")


def written(folder: Path, text: str, name: str = "house.csv") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def result(said: Any) -> dict[str, Any]:
    assert said.code in {0, 1}, said.err
    answer: dict[str, Any] = json.loads(said.out)["result"]
    lower = answer["bands"][0]["lower_kwh"] if answer["bands"] else None
    assert said.code == (0 if lower is not None and lower > 0 else 1)
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_every_method_answers_in_json_and_in_words(command: Call, tmp_path: Path, name: str) -> None:
    file = written(tmp_path, TEXT)
    found = result(command("fit", file, "--method", name, *PERIODS, "--json"))
    assert (found["method"], found["version"], found["since"]) == (name, METHODS[name][0].version, "2026-11-24")
    assert found["fractional_saving"] == pytest.approx(0.2, abs=0.05)
    assert "avoided energy" in command("fit", file, "--method", name, *PERIODS).out


def test_the_list_names_every_method_with_version_and_date(command: Call) -> None:
    listed = json.loads(command("methods", "--json").out)
    assert [line["name"] for line in listed] == list(METHODS)
    assert all(
        line["since"] == "2026-11-24" and line["version"] == METHODS[line["name"]][0].version and line["source"]
        for line in listed
    )
    assert command("fit", "--method", "list", "--json").out == command("methods", "--json").out


def test_units_and_gzip_give_the_same_answer(command: Call, tmp_path: Path) -> None:
    plain = result(command("fit", written(tmp_path, TEXT), *PERIODS, "--json"))
    rows = [line.split(",") for line in TEXT.splitlines()[1:]]
    for unit, scale in (("gcal", 1163.0), ("mwh", 1000.0), ("gj", 1000 / 3.6), ("kw", 24.0)):
        lines = [f"{day};{float(e) / scale!r};{float(t) * 1.8 + 32!r}" for day, e, t in rows]
        path = tmp_path / f"{unit}.csv.gz"
        path.write_bytes(gzip.compress("\n".join([f"дата;heat_{unit};tempF", *lines]).encode()))
        other = result(command("fit", str(path), *PERIODS, "--json"))
        assert other["avoided_energy_kwh"] == pytest.approx(plain["avoided_energy_kwh"], abs=0.01)
        assert other["bands"][0]["half_width_kwh"] == pytest.approx(plain["bands"][0]["half_width_kwh"], abs=0.01)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_is_nothing_and_a_repeated_row_counts_once(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("order")
    head, *rows = TEXT.splitlines()
    rng = np.random.default_rng(seed)
    mixed = [rows[place] for place in rng.permutation(len(rows))] + [rows[int(rng.integers(len(rows)))]]
    plain, other = (
        fit_file(
            Path(written(folder, "\n".join([head, *lines]), f"{number}.csv")),
            None,
            "change-point-daily",
            (BASELINE, REPORTING),
            (0.9,),
            MethodOptions(),
            Wanted(),
        )
        for number, lines in enumerate((rows, mixed))
    )
    assert other.result == plain.result
    assert other.files[0].repeated_rows == 1
    assert other.files[0].out_of_order_rows > 0


def hourly(zone_offset: str = "") -> str:
    """Two weeks of hours around the end of summer time in Berlin, 2024-10-27, 1 kWh an hour of true time."""
    start = np.datetime64("2024-10-19T22:00")
    lines = [f"{start + np.timedelta64(hour, 'h')}:00+00:00,1,5" for hour in range(24 * 30 + 1)]
    return "\n".join(["time,energy_kwh,temp_c", *lines])


def test_a_day_in_which_clocks_change_has_its_own_length(command: Call, tmp_path: Path) -> None:
    said = command(
        "fit", written(tmp_path, hourly()), "--method", "before-after", "--zone", "Europe/Berlin",
        "--baseline", "2024-10-20/2024-11-03", "--reporting", "2024-11-03/2024-11-17", "--json",
    )  # fmt: skip
    found = result(said)
    assert found["adjusted_baseline_kwh"] == pytest.approx(14 * 24 + 1)
    assert found["metered_kwh"] == pytest.approx(14 * 24)
    assert found["baseline_rows"]["used"] == 14


BAD = {
    "not a number": (TEXT.replace(TEXT.splitlines()[5].split(",")[1], "much"), ":6: energy_kwh: expected a number"),
    "not a time": (TEXT.replace("2023-01-04", "4 January"), ":5: day: expected a date alone, as in the first row"),
    "no such date": (TEXT.replace("2023-01-04", "2023-02-30"), ":5: day: expected a date that exists"),
    "two values of one day": (TEXT + "2023-01-04,1,1\n", ":732: energy_kwh: expected one value for each time"),
    "a cell too few": (TEXT.replace("2023-01-04,", "2023-01-04"), ":5: expected 3 cells, got 2"),
    "naive": (re.sub(r"(\d\d-\d\d),", r"\1T00:00:00,", TEXT), ":2: day: expected a time with a zone, or --zone"),
    "no energy": (TEXT.replace("energy_kwh", "something"), "say --energy"),
    "no unit": (TEXT.replace("outdoor_temp_c", "outdoor_temp"), "say --temperature-unit C or F"),
    "weekly": ("day,energy_kwh,temp_c\n2023-01-01,1,1\n2023-01-08,2,2\n", "these are 168 h apart"),
    "a register": (
        "\n".join(
            ["when,time_utc,energy_kwh", *(f"x,2023-01-{day:02},{day}" for day in range(1, 32)), "x,2023-02-01,32"]
        ),
        "energy_kwh: expected the energy of each row, these are register values",
    ),
    "empty": ("", "expected a line of headings"),
    "no weather": (
        "\n".join(line.rsplit(",", 1)[0] for line in TEXT.splitlines()),
        "needs an outdoor temperature: say --temperature COLUMN or --weather FILE",
    ),
    "months": ("month,energy_kwh,temp_c\n2023-01,1,1\n2023-02,2,2\n", "needs rows of hours or days"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_sentence_with_its_line(command: Call, tmp_path: Path, case: str) -> None:
    text, sentence = BAD[case]
    said = command("fit", written(tmp_path, text), *PERIODS, "--json")
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_a_file_that_unfolds_without_end_is_not_unfolded(
    command: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "GREATEST_FILE", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode() + b"\n" * (64 << 20)))
    tracemalloc.start()
    said = command("fit", str(path), *PERIODS, "--json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (said.code, said.out) == (2, "")
    assert "expected at most 1 MB of CSV" in said.err
    assert peak < 32 << 20
    path.write_bytes(gzip.compress(TEXT.encode())[:-9])
    assert "expected CSV or CSV in gzip" in command("fit", str(path), *PERIODS, "--json").err


def test_dates_with_dots_are_day_first_and_give_the_same_answer(command: Call, tmp_path: Path) -> None:
    plain = result(command("fit", written(tmp_path, TEXT), *PERIODS, "--json"))
    dotted = re.sub(r"(\d{4})-(\d\d)-(\d\d),", r"\3.\2.\1;", TEXT).replace(",", ";").replace(".", ",")
    dotted = re.sub(r"(\d\d),(\d\d),(\d{4});", r"\1.\2.\3;", dotted)
    other = result(command("fit", written(tmp_path, dotted), *PERIODS, "--json"))
    assert other == plain
    said = command("fit", written(tmp_path, dotted.replace("13.01.2023", "01.13.2023")), *PERIODS)
    assert said.code == 2
    assert "expected a date that exists" in said.err


def test_hours_with_dots_are_those_of_iso_and_slashes_are_refused(command: Call, tmp_path: Path) -> None:
    hours = [np.datetime64("2024-09-30") + np.timedelta64(hour, "h") for hour in range(24 * 60)]
    ask = ("--method", "before-after", "--baseline", "2024-10-01/2024-11-01", "--reporting", "2024-11-01/2024-11-28")
    told = []
    for shape in ("%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"):
        lines = [f"{hour.item():{shape}};1,5" for hour in hours]
        told.append(
            command("fit", written(tmp_path, "\n".join(["t;kwh", *lines])), *ask, "--zone", "Europe/Moscow", "--json")
        )
    assert result(told[0]) == result(told[1])
    assert told[2].code == 2
    assert "01.09.2024 00:00" in told[2].err


def test_what_is_not_proven_or_not_stated_ends_with_one(command: Call, tmp_path: Path) -> None:
    for share, code in ((0.2, 0), (0.0, 1)):
        file = written(tmp_path, csv_text(energy(WEATHER, share), WEATHER))
        assert command("fit", file, *PERIODS).code == code
    said = command("fit", written(tmp_path, TEXT), "--baseline", str(BASELINE), "--reporting", str(BASELINE))
    assert said.code == 1
    assert "periods_overlap (" in said.out
    assert "choose periods without a day in common" in said.out


def test_a_period_that_the_file_does_not_reach_is_said_with_its_days(command: Call, tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    said = command("fit", file, "--baseline", "2021-01-01/2021-12-01", "--reporting", str(REPORTING))
    assert said.code == 1
    assert "the file begins on 2023-01-01, the baseline period on 2021-01-01" in said.out
    assert "ends on" not in said.out
    assert "begins on" not in command("fit", file, *PERIODS).out


def test_gsop_of_a_heating_season_has_a_normal_year_of_heating_days(command: Call, tmp_path: Path) -> None:
    """Summer is outside the method and not missing; a method that speaks of all days still refuses it."""
    ask = ("--baseline", "2023-10-01/2024-01-01", "--reporting", "2024-10-01/2024-12-31", "--normal", "mean", "--json")
    warm = np.maximum(WEATHER, 9.0)
    autumn = np.zeros(len(WEATHER), dtype=np.bool_)
    days = np.datetime64("2023-01-01") + np.arange(len(WEATHER))
    for first, last in (("2023-10-01", "2024-01-01"), ("2024-10-01", "2024-12-31")):
        autumn |= (days >= np.datetime64(first)) & (days < np.datetime64(last))
    outdoor = np.where(autumn, np.minimum(WEATHER, 7.5), np.where(WEATHER > 8, warm, WEATHER))
    file = written(tmp_path, csv_text(energy(outdoor, 0.2), outdoor))
    found = json.loads(command("fit", file, "--method", "gsop", *ask).out)
    normal = found["normalised"]
    assert normal["days_outside"] == int((outdoor[:365] > 8).sum())
    assert normal["fractional_saving"] == pytest.approx(0.2, abs=0.03)
    assert normal["findings"] == []
    assert "outside_baseline" not in found["result"]["reporting_rows"]["left_out"]
    other = command("fit", file, "--method", "change-point-daily", *ask)
    assert other.code == 1
    assert json.loads(other.out)["normalised"]["normalised_saving_kwh"] is None


def test_a_file_of_another_encoding_says_how_to_save_it(command: Call, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(TEXT.replace("energy_kwh", "энергия, кВтч").encode("cp1251"))
    said = command("fit", str(path), *PERIODS)
    assert (said.code, said.out) == (2, "")
    assert "save the file as UTF-8" in said.err
    assert "codec" not in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--method", "magic"), "there are change-point-daily"),
        (("--models", "6P"), "--models: expected names"),
        (("--confidence", "certain"), "--confidence: expected shares"),
        (("--zone", "Mars/Base"), "--zone: expected a name"),
        (("--reporting", "2024"), "--reporting: expected FROM/TO"),
        (("--energy", "gas"), "expected a column of this name; there are day"),
        (("--day-types", "ru"), "the production calendar is known for 2024 to 2026"),
    ],
)
def test_a_bad_choice_is_one_sentence(command: Call, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    said = command("fit", written(tmp_path, TEXT), *PERIODS, *words, "--json")
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err


def test_a_finding_comes_with_what_to_do(command: Call, tmp_path: Path) -> None:
    said = command("fit", written(tmp_path, TEXT), "--baseline", str(BASELINE), "--reporting", str(BASELINE), "--json")
    advice = json.loads(said.out)["advice"]
    assert advice[0]["code"] == "periods_overlap"
    assert advice[0]["severity"] == "refusal"
    assert advice[0]["advice"] == "choose periods without a day in common"
