"""How the driver speaks, and how a statement is written down for pgbench."""

from datetime import timedelta
from uuid import UUID

from bench.client import parse, request
from bench.replay import as_text, written
from bench.statements import Statement

HEAD = b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n'
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_an_answer_is_whole_once_its_body_is() -> None:
    assert parse(HEAD[:10]) is None
    assert parse(HEAD + b"hel") is None
    answer = parse(HEAD + b"hello")

    assert answer is not None
    assert (answer.status, answer.body, answer.header("etag")) == (200, b"hello", '"x"')


def test_not_modified_has_no_body_whatever_its_length_says() -> None:
    answer = parse(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 900\r\n\r\n")

    assert answer is not None
    assert answer.status == 304


def test_a_request_tells_its_length() -> None:
    raw = request("POST", "/cart", {"a": 1}, {"X-Cart-Token": "t"})

    assert raw.startswith(b"POST /cart HTTP/1.1\r\n")
    assert raw.endswith(b'Content-Length: 8\r\n\r\n{"a": 1}')
    assert b"X-Cart-Token: t\r\n" in raw


def test_values_as_postgresql_reads_them() -> None:
    assert as_text(True) == "t"
    assert as_text(b"\x01\xff") == "\\x01ff"
    assert as_text(timedelta(minutes=15)) == "900.0 seconds"
    assert as_text([ONE, None]) == f'{{"{ONE}",NULL}}'
    assert as_text([{"a": 'x"y'}]) == '{"{\\"a\\":\\"x\\\\\\"y\\"}"}'


def test_what_is_made_anew_is_made_anew_by_pgbench() -> None:
    sql = "INSERT INTO cart (id, currency, email) SELECT $1, $2, $3"
    script = written([Statement(sql, (ONE, "USD", None))], [Statement(sql, (OTHER, "USD", None))], "s")

    assert f"SELECT md5('{ONE}' || :n)::uuid, :s_0_2, NULL;" in script.text
    assert script.variables == {"s_0_2": "USD"}
