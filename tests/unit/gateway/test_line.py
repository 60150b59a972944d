"""A line: opened when it is needed and again after it broke, answers by their length, framing by whoever knows it."""

import socket
import threading
import time

import pytest

from gateway.errors import CutShortError, LineError, NoAnswerError
from gateway.line import FAILURES_KEPT, Framing, Line
from simulators.wire.line_server import LineServer, Piece


class Echo:
    """A bus that says what it hears."""

    def hear(self, data: bytes) -> list[Piece]:
        return [Piece(data)]


def test_an_answer_ends_by_its_length() -> None:
    with LineServer(Echo()) as server:
        line = Line("basement", server.url)
        with line.owned():
            line.send(b"abcdef")
            assert line.receive(4, 1.0) == b"abcd"
            assert line.receive(2, 1.0) == b"ef"
            assert line.sent == b"abcdef"
        line.close()


def test_silence_and_half_an_answer_are_told_apart() -> None:
    with LineServer(Echo()) as server:
        line = Line("basement", server.url, slack_s=0.05)
        with line.owned():
            with pytest.raises(NoAnswerError) as silence:
                line.receive(4, 0.0)
            assert not isinstance(silence.value, CutShortError)
            line.send(b"ab")
            with pytest.raises(CutShortError, match="2 bytes came of 4") as half:
                line.receive(4, 0.5)
            assert half.value.raw == b"ab"
            line.send(b"xyz")
            assert line.rest(0.2) == b"xyz"
        line.close()


def test_what_is_left_of_an_earlier_answer_is_dropped() -> None:
    with LineServer(Echo()) as server:
        line = Line("basement", server.url)
        with line.owned():
            line.send(b"first")
            time.sleep(0.1)
            line.send(b"next")
            assert line.receive(4, 1.0) == b"next"
        line.close()


def test_framing_is_the_meters_then_the_lines_then_the_protocols() -> None:
    usual, stated, own = Framing(2400, "E"), Framing(9600, "E"), Framing(300, "E")
    with LineServer(Echo()) as server:
        silent, told = Line("a", server.url), Line("b", server.url, stated)
        with silent.owned(usual=usual):
            assert silent.framing == usual
            assert silent.wire_time_s(100) == pytest.approx(100 * 11 / 2400)
            with silent.owned(own):
                assert silent.framing == own
            assert silent.framing == usual
        silent.close()
        with told.owned(usual=usual):
            assert told.framing == stated
        told.close()


def test_a_line_that_is_not_there_has_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"socket://127.0.0.1:{port}", "/dev/no-such-port", "nonsense://x"):
        with pytest.raises(LineError, match=r"the line basement .* cannot be opened"), Line("basement", url).owned():
            pass


def test_a_converter_that_hangs_up_in_an_exchange_breaks_it_and_is_opened_again() -> None:
    with LineServer(Echo()) as server:
        line = Line("basement", server.url)
        with line.owned():
            line.send(b"x")
            line.receive(1, 1.0)
    with pytest.raises(LineError), line.owned():
        line.receive(1, 1.0)
    with LineServer(Echo(), server.port), line.owned():
        line.send(b"y")
        assert line.receive(1, 1.0) == b"y"
    line.close()


def test_nobody_else_speaks_while_a_line_is_owned() -> None:
    order: list[str] = []
    with LineServer(Echo()) as server:
        line = Line("basement", server.url)

        def speak() -> None:
            with line.owned():
                order.append("second")

        other = threading.Thread(target=speak)
        with line.owned():
            other.start()
            time.sleep(0.05)
            order.append("first")
        other.join()
        line.close()
    assert order == ["first", "second"]


def test_modbus_tcp_is_a_line_like_any_other() -> None:
    with LineServer(Echo()) as server:
        line = Line("tcp", f"modbus-tcp://127.0.0.1:{server.port}/")
        with line.owned():
            line.send(b"abc")
            assert line.receive(3, 1.0) == b"abc"
        line.close()


def test_failures_are_kept_up_to_a_bound() -> None:
    line = Line("basement", "socket://192.0.2.1:1")
    for n in range(FAILURES_KEPT + 5):
        line.note_failure("heat-1", bytes([n]), "wrong")
    assert len(line.failures) == FAILURES_KEPT
    assert line.failures[-1].received == bytes([FAILURES_KEPT + 4])
    assert line.failures[0].at.tzinfo is not None
