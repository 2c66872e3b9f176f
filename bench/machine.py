"""Where and on what a run was made."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

_ROOT = Path(__file__).parents[1]


def facts(postgres: str, products: int, seconds: float, rounds: int) -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[1]
    return {
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Commit": _commit(),
        "Machine": f"{psutil.cpu_count()} cores ({_processor()}), {memory:.0f} GB, {platform.system()}",
        "Load of the machine": f"{load:.1f} over five minutes, ours included",
        "Software": f"Python {platform.python_version()}, PostgreSQL {postgres}",
        "Shop": f"{products:,} products",
        "Rounds": f"{rounds} of {seconds:g} s a row",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _commit() -> str:
    """Of what was committed; `+` where the sources have changed since."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "src", "bench", "migrations")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
