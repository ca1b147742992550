"""Take the figures of a study that was run into docs/pictures/.

After ``thresher run config/studies/tutorial.yaml``: ``python tools/site/pictures.py
results/tutorial``.
"""

import json
import shutil
import sys
from pathlib import Path

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def main(results: Path) -> None:
    """Copy the first picture of every figure, and what is said below it."""
    figures = results / "figures"
    listed = json.loads((figures / "figures.json").read_text(encoding="utf-8"))
    shown = [figure for figure in listed if not figure["variant"]]
    PICTURES.mkdir(exist_ok=True)
    for figure in shown:
        shutil.copyfile(figures / figure["file"], PICTURES / figure["file"])
    kept = [{key: figure[key] for key in ("name", "file", "title", "caption")} for figure in shown]
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    (PICTURES / "figures.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
