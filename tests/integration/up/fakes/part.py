"""Stands in for a part of the shop: just enough to be started, asked and ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncpg


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")


def serve(port: int) -> None:
    """Like granian, with a worker of its own, which does not notice when its parent dies."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])

    def end(*_: object) -> None:
        child.kill()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()


def work() -> None:
    Path(os.environ["ECOMMERCE_WORKER_READY_FILE"]).touch()
    if "FAKE_STUBBORN_WORKER" in os.environ:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


async def execute(sql: str) -> None:
    connection = await asyncpg.connect(os.environ["ECOMMERCE_DATABASE_URL"])
    await connection.execute(sql)
    await connection.close()


def main() -> None:
    match sys.argv[1:]:
        case ["serve", "--port", port, *_]:
            serve(int(port))
        case ["sandbox"]:
            serve(int(os.environ["ECOMMERCE_SANDBOX_PORT"]))
        case ["worker"]:
            work()
        case ["upgrade"]:
            tables = "CREATE TABLE product (id int); CREATE TABLE alembic_version (version_num text);"
            asyncio.run(execute(f"{tables} INSERT INTO alembic_version VALUES ('0002')"))
        case ["seed", "--products", number, "--if-empty"]:
            asyncio.run(execute(f"INSERT INTO product SELECT generate_series(1, {int(number)})"))
        case ["fail", *_]:
            sys.exit("this part is made to fail")


main()
