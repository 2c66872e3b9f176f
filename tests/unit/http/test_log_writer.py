"""Log lines leave in order, whole, and without anybody waiting for them."""

import logging
import os
import threading
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from ecommerce.entrypoints.bootstrap import logging as own
from ecommerce.entrypoints.bootstrap.logging import JsonFormatter, LogWriter


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read_all(descriptor: int) -> list[bytes]:
    os.set_blocking(descriptor, False)
    text = b""
    while True:
        try:
            text += os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return text.splitlines()


def test_lines_come_out_in_order_and_none_is_lost(pipe: tuple[int, int]) -> None:
    writer = LogWriter(pipe[1])

    for number in range(1000):
        writer.write(b"%d" % number)
    writer.close()

    assert read_all(pipe[0]) == [b"%d" % number for number in range(1000)]


def test_a_pipe_that_nobody_reads_stops_nobody(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "_MOST_WAITING", 10)
    writer = LogWriter(pipe[1])
    line = b"x" * 9_999
    done = threading.Event()

    def write_much() -> None:
        for _ in range(200):
            writer.write(line)
        done.set()

    threading.Thread(target=write_much).start()
    assert done.wait(2)

    told: list[bytes] = []
    while not any(b"log.lines_dropped" in each for each in told):
        told += read_all(pipe[0])
    writer.close()


def test_a_library_s_line_is_json_too() -> None:
    record = logging.LogRecord("granian", logging.ERROR, "", 0, "it %s", ("broke",), None)

    line = msgspec.json.decode(JsonFormatter().format(record))

    assert (line["event"], line["level"]) == ("it broke", "error")


def test_whatever_is_bound_is_in_the_line(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stdout = os.fdopen(os.dup(pipe[1]), "w")
    monkeypatch.setattr("sys.stdout", stdout)
    try:
        writer = own.configure("INFO")
        with structlog.contextvars.bound_contextvars(request_id="r1"):
            structlog.get_logger("test").info("thing.happened", n=1)
        logging.getLogger("library").warning("beware of %s", "dogs")
        writer.close()
        lines = [msgspec.json.decode(line) for line in read_all(pipe[0])]
    finally:
        stdout.close()
        structlog.configure(**before)
        root.handlers[:], root.level = handlers, level

    assert (
        lines[0].items() >= {"event": "thing.happened", "n": 1, "request_id": "r1", "level": "info"}.items()
    )
    assert lines[1]["event"] == "beware of dogs"


def test_no_line_tells_an_address_or_the_values_of_a_refused_row() -> None:
    """As far as a net can: nobody means to write them."""
    event = {
        "event": "x",
        "error": "no mail to <Ada.L+1@mail.example.com>: refused",
        "exception": "UniqueViolationError: duplicate key\nDETAIL:  Key (name)=(Ada Lovelace) exists.\nend",
        "number": 1,
        "kept": "kept@",
    }

    told = own._without_people(None, "", event)

    assert told == {
        "event": "x",
        "error": "no mail to <[address]>: refused",
        "exception": "UniqueViolationError: duplicate key\nDETAIL: [left out]\nend",
        "number": 1,
        "kept": "kept@",
    }
