"""What a note to an act may say."""

import pytest

from teplosvet.domain.acts import can_be_shown


@pytest.mark.parametrize("note", ["", "два\nслова", "5\u00a0000\u202fкВт·ч\t<b>", "דום 🏠"])
def test_words_can_be_shown(note: str) -> None:
    assert can_be_shown(note)


@pytest.mark.parametrize("note", ["a\0b", "\u202eabc", "\x1b[31m", "a\u200bb", "\ud800"])
def test_signs_that_hide_cannot(note: str) -> None:
    assert not can_be_shown(note)
