"""`ecommerce` itself: what it lists, how it ends, and that its documentation is whole."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
import rich_click as click
from click.testing import CliRunner

from ecommerce.domain.shared.kernel import Conflict, Unavailable
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import BadSettings, load
from ecommerce.entrypoints.cli import app
from tests.conftest import free_port

ROOT = Path(__file__).parents[3]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[BaseException]]:
    """Puts a command that raises in the place of `down`."""
    module = ModuleType("down")

    @click.command()
    @click.argument("which")
    def down(which: str) -> None:
        click.echo(str(kept.data_dir()))
        raise {
            "rule": Conflict("there are only 3 left"),
            "away": Unavailable("the database does not answer", retry_after=7),
            "refused": ConnectionRefusedError("nobody listens"),
            "settings": BadSettings(["ECOMMERCE_A is missing", "ECOMMERCE_B is missing"]),
            "bug": RuntimeError("never thought of that"),
        }[which]

    module.down = down  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ecommerce.entrypoints.cli.down", module)
    module.__spec__ = ModuleSpec("ecommerce.entrypoints.cli.down", None)
    return iter(())


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("which", "code", "says"),
    [
        ("rule", 1, "conflict: there are only 3 left"),
        ("away", 75, "try again in 7 s"),
        ("refused", 75, "nobody listens"),
        ("settings", 2, "ECOMMERCE_B is missing"),
        ("bug", 70, "never thought of that"),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(which: str, code: int, says: str) -> None:
    result = CliRunner().invoke(app.cli, ["down", which])

    assert result.exit_code == code
    assert says in result.stderr


@pytest.mark.usefixtures("failing")
def test_every_command_takes_a_data_folder(tmp_path: Path) -> None:
    before = kept.data_dir()
    result = CliRunner().invoke(app.cli, ["down", "rule", "--data-dir", str(tmp_path)])

    assert result.stdout.strip() == str(tmp_path)
    assert kept.data_dir() == before


@pytest.mark.parametrize("arguments", [["nonsense"], ["up", "--port", "0"], ["status", "--nonsense"]])
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app.cli, arguments).exit_code == 2


@pytest.mark.parametrize("variable", ["ECOMMERCE_ENV=production", "ECOMMERCE_STRIPE_API_KEY=sk_live_x"])
def test_up_is_not_for_production(variable: str, tmp_path: Path) -> None:
    name, value = variable.split("=")
    more = {"ECOMMERCE_ALLOWED_HOSTS": "shop.example.com"}
    result = CliRunner().invoke(
        app.cli, ["up", "--data-dir", str(tmp_path), "--port", str(free_port(1))], env={name: value, **more}
    )

    assert result.exit_code == 2, result.output
    assert name in result.output


def test_help_lists_commands_without_loading_them() -> None:
    code = (
        "import sys; from ecommerce.entrypoints.cli.app import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name in ('asyncpg', 'litestar', 'sqlalchemy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "Open the whole shop on this machine." in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_example_environment_names_every_setting() -> None:
    class Recorder(Mapping[str, str]):
        def __init__(self) -> None:
            self.asked: set[str] = set()

        def __getitem__(self, name: str) -> str:
            self.asked.add(name)
            raise KeyError(name)

        def __iter__(self) -> Iterator[str]:
            return iter(())

        def __len__(self) -> int:
            return 0

    recorder = Recorder()
    with pytest.raises(BadSettings):
        load(recorder)
    lines = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?(ECOMMERCE_\w+)=", lines, flags=re.MULTILINE))

    assert recorder.asked <= named
    assert named - recorder.asked == {"ECOMMERCE_DATA_DIR"}
