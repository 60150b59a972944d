"""Tables in a terminal."""

import pytest
from rich.console import Console

from teplosvet import output


def test_a_sum_is_never_cut_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(output, "people", Console(width=40))
    output.print_table("", ("period", "value", "payable"), [("2025-10-01/2026-05-01", "374,732.57", "270,368.72")])
    said = capsys.readouterr().out
    assert "…" not in said
    assert sorted(each for each in said if each.isdigit()) == sorted(
        each for each in "2025-10-01/2026-05-01374,732.57270,368.72" if each.isdigit()
    )
