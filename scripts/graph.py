"""Draws how the application hangs together: the container, and which part imports which.

python scripts/graph.py [--to .data/graph]
"""

import argparse
import asyncio
from collections import Counter
from pathlib import Path

import grimp
from dishka.plotter import render_d2, render_mermaid

from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.settings import load

# Enough to build the container; nothing is opened.
SETTINGS = {
    "ECOMMERCE_ENV": "dev",
    "ECOMMERCE_BASE_URL": "http://127.0.0.1:8000",
    "ECOMMERCE_SECRET_KEY": "x" * 32,
    "ECOMMERCE_DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
    "ECOMMERCE_REDIS_URL": "redis://127.0.0.1",
    "ECOMMERCE_STRIPE_API_KEY": "sk_test_x",
    "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:25",
    "ECOMMERCE_MAIL_FROM": "shop@example.com",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path(".data/graph"))
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    html, d2 = asyncio.run(container())
    (folder / "container.html").write_text(html)
    (folder / "container.d2").write_text(d2)
    (folder / "imports.mmd").write_text(imports())
    for each in sorted(folder.iterdir()):
        print(each)


async def container() -> tuple[str, str]:
    """The page draws itself with Mermaid from its public home: open it where there is a network."""
    made = build_container(load(SETTINGS))
    try:
        return render_mermaid(made), render_d2(made)
    finally:
        await made.close()


def imports() -> str:
    """Layer and context, with how many modules of one import the other."""
    graph = grimp.build_graph("ecommerce")
    arrows = Counter(
        (part(importer), part(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if part(importer) != part(imported)
    )
    lines = [f"  {left} -->|{count}| {right}" for (left, right), count in sorted(arrows.items())]
    return "\n".join(["flowchart LR", *lines]) + "\n"


def part(module: str) -> str:
    return ".".join(module.split(".")[1:3]) or "ecommerce"


if __name__ == "__main__":
    main()
