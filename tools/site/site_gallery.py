"""The gallery: the studies that come with the project, and every figure of a report."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PICTURES = "pictures"
STUDY = "tutorial"
"""The study whose figures are in docs/pictures/."""


def page(root: Path) -> str:
    """Return the gallery as Markdown."""
    return "\n".join([*_studies(root), *_figures(root)]) + "\n"


def _studies(root: Path) -> Iterator[str]:
    yield "# Gallery\n\n## Studies\n"
    yield (
        "These come with the project. `thresher run config/studies/<name>.yaml` runs one in a "
        "clone; `thresher init` writes smaller ones of [each kind](command.md#init).\n"
        if (root / "docs" / "command.md").exists()
        else "These come with the project, in `config/studies/`.\n"
    )
    for file in sorted((root / "config" / "studies").glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        title = content.get("report", {}).get("title", file.stem)
        about = _about(root, file.name)
        yield f"### {title}\n\n{content.get('question', '')}\n"
        yield from _facts(content)
        if about:
            yield f"\n[What came out](studies/{about})\n"
        yield f'\n??? note "`{file.name}`"\n\n    ```yaml'
        yield from (f"    {line}" if line else "" for line in text.splitlines())
        yield "    ```\n"


def _about(root: Path, study: str) -> str | None:
    """Return the page that gives the command of a study; there may be none."""
    command = f"thresher run config/studies/{study}\n"
    pages = (root / "docs" / "studies").glob("*.md")
    return next((page.name for page in pages if command in page.read_text(encoding="utf-8")), None)


def _facts(content: dict[str, Any]) -> Iterator[str]:
    """Say in a line what a study is of."""
    task = content.get("task", {}).get("name")
    parts = [f"task `{task}`"] if task else []
    parts += [f"variants {', '.join(f'`{name}`' for name in content.get('variants', {}))}"]
    parts += [f"{content['seeds']} seeds"] if "seeds" in content else []
    epochs = content.get("training", {}).get("epochs")
    parts += [f"{epochs:,} epochs"] if epochs else []
    yield " · ".join(parts)


def _figures(root: Path) -> Iterator[str]:
    folder = root / "docs" / PICTURES
    listed = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    yield (
        f"## Figures\n\nEvery figure of a report, here of the study `{STUDY}`, with its caption. "
        "[Reading the report](reading-the-report.md) says how each is read.\n"
    )
    for figure in listed:
        yield f"### {figure['title']}\n"
        yield f"![{figure['title']}]({PICTURES}/{figure['file']})\n\n{figure['caption']}\n"
