"""Take what a study that was run answers, and its figure, into docs/studies/.

After ``thresher run config/studies/second_layer.yaml``: ``python tools/site/study_answers.py
results/second_layer``. The page about it quotes answers.json, and a test compares them.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from thresher import figures
from thresher import format as say
from thresher.drawing.saving import save
from thresher.drawing.style import DOUBLE
from thresher.files import digest, write_text
from thresher.matrices import Stored
from thresher.report.answer import contrast_lines, headline
from thresher.results import Results
from thresher.stages import analyse_all
from thresher.study.document import read_document, read_models
from thresher.study.plan import counted

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ROOT / "docs" / "studies" / "answers.json"
FIGURE = "runs"


def main(folder: Path) -> None:
    """Put the answer of a study beside those that are there, and draw its figure."""
    study = read_document(folder / "study.json")
    if (models := folder / "models.json").exists():
        study = replace(study, arms=counted(study.arms, read_models(models)))
    results = analyse_all(study, Stored(folder / "evaluations.parquet"))
    known = json.loads(ANSWERS.read_text(encoding="utf-8")) if ANSWERS.exists() else {}
    known[study.name] = answer(results)
    text = json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=1) + "\n"
    write_text(text, ANSWERS)
    [picture] = figures.every()[FIGURE].draw(results, DOUBLE)
    save(picture.figure, ANSWERS.parent / f"{study.name}.svg")


def answer(results: Results) -> dict[str, Any]:
    """Return what the report says: sentences, other thresholds, single runs."""
    study, arms = results.study, results.table("arms")
    lines = contrast_lines(results, results.table("contrasts"))
    return {
        "digest": digest(ROOT / study.path),
        "headline": headline(results),
        "sentences": [line.sentence for line in lines],
        "verdicts": {line.arm: line.verdict for line in lines},
        "arms": [
            {
                "arm": results.label(row["arm"]),
                "reached": f"{row['reached']} of {row['n']}",
                "mean": say.duration(row["restricted_mean"], study.axis),
                "parameters": say.count(row["parameters"]),
            }
            for row in arms.to_dict("records")
        ],
        "thresholds": [
            {
                "arm": results.label(row["arm"]),
                "threshold": say.level(row["threshold"], study.metric),
                "verdict": row["verdict"],
            }
            for row in results.table("thresholds").to_dict("records")
        ],
        "single runs": [
            {
                "arm": results.label(row["arm"]),
                "reference": results.label(row["reference"]),
                "other order": say.fraction(row["other_order"]),
                "tie": say.fraction(row["tie"]),
            }
            for row in single_runs(results)
        ],
    }


def single_runs(results: Results) -> list[dict[str, Any]]:
    """Return how often one run each puts the arms of a contrast in the other order."""
    pairs = results.table("luck_pairs")
    one = pairs[pairs["seeds"] == 1].to_dict("records")
    by_pair = {frozenset((row["arm"], row["reference"])): row for row in one}
    asked = results.table("contrasts")[["arm", "reference"]].to_dict("records")
    return [{**by_pair[frozenset(pair.values())], **pair} for pair in asked]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
