"""Colour is for people who look at a terminal and have not switched it off."""

import io

import pytest

from thresher.command_line._printing import columns, styled


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_colour(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert styled("x", "bold", Terminal()) == "\x1b[1mx\x1b[0m"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_it_can_be_switched_off(name, value, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert styled("x", "bold", Terminal()) == "x"


def test_a_file_has_none(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert styled("x", "red", io.StringIO()) == "x"


def test_columns_are_as_wide_as_their_widest_cell():
    assert columns([("a", 1.5), ("long name", 10)]) == ["a          1.5", "long name   10"]
    assert columns([]) == []
