"""Logs: one JSON object a line on standard output, written by a thread of its own.

A request never waits for the pipe that its log line goes to. When the pipe stalls and the queue is full,
lines are dropped and counted, and the shop goes on selling.
"""

import atexit
import logging
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

_MOST_WAITING = 100_000
_PAUSE = 0.01


class LogWriter:
    """Takes ready lines, writes them in batches: its thread wakes at most a hundred times a second."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._something = threading.Event()
        self._dropped = 0
        self._ended = False
        self._thread = threading.Thread(target=self._write_all, name="log-writer", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.append(line)
        if not self._something.is_set():
            self._something.set()

    def close(self) -> None:
        """Write what is waiting, then end."""
        self._ended = True
        self._something.set()
        self._thread.join(timeout=2)

    def _write_all(self) -> None:
        while not (self._ended and not self._waiting):
            self._something.wait()
            if not self._ended:
                time.sleep(_PAUSE)
            # Cleared first: a line that comes meanwhile is written now, and wakes us for nothing.
            self._something.clear()
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                told = {"event": "log.lines_dropped", "level": "error", "lines": dropped}
                lines.append(msgspec.json.encode(told))
            self._write(b"".join(line + b"\n" for line in lines))

    def _write(self, text: bytes) -> None:
        view = memoryview(text)
        while view:
            try:
                view = view[os.write(self._descriptor, view) :]
            except OSError:  # nobody reads any more: there is no place left to say so
                return


class _Lines:
    """What structlog calls a logger: it gets what the renderer made."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def msg(self, line: bytes) -> None:
        self._writer.write(line)

    debug = info = warning = warn = error = critical = exception = fatal = log = msg


class _Standard(logging.Handler):
    """Lines of libraries that use the standard library's logging."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname.lower()
        logger = structlog.get_logger(record.name)
        getattr(logger, level, logger.info)(record.getMessage(), exc_info=record.exc_info or None)


class JsonFormatter(logging.Formatter):
    """For processes that have no structlog: the server's own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC),
            "logger": record.name,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


# What nobody writes into a log line on purpose: the database tells the values of a row that it refuses.
_ADDRESS = re.compile(r"[^\s@\"'(<=:]+@[^\s@]+\.\w+")
_DETAIL = re.compile(r"^DETAIL: .*$", re.MULTILINE)


def _without_people(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A net under all lines: values that a refusal of the database tells, and e-mail addresses."""
    for name, value in event.items():
        if isinstance(value, str) and ("@" in value or "DETAIL: " in value):
            event[name] = _ADDRESS.sub("[address]", _DETAIL.sub("DETAIL: [left out]", value))
    return event


def _rendered(_: Any, __: str, event: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


def configure(level: str) -> LogWriter:
    """Set up structlog for this process. Close the writer at the end to see the last lines."""
    writer = LogWriter(sys.stdout.fileno())
    atexit.register(writer.close)
    number = logging.getLevelNamesMapping().get(level, logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_people,
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(writer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Standard()], level=max(number, logging.WARNING), force=True)
    return writer
