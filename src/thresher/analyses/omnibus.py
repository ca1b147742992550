"""All arms at once: the within-seed omnibus test, descriptive."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.tables import OMNIBUS


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Test whether any arm differs."""
    from thresher.statistics.omnibus import omnibus

    return {"omnibus": omnibus(needed["events"], study.paired, study.entropy)}


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("events",),
    uses=("pairing", "entropy"),
    tables={"omnibus": Table(OMNIBUS, "All arms at once, by permuting labels within seeds.")},
    compute=compute,
    views=(
        View(
            "omnibus",
            "sensitivity",
            "All arms at once",
            (
                ViewColumn("Test", "test"),
                ViewColumn("Arms", "arms", "count"),
                ViewColumn("Seeds", "n", "count"),
                ViewColumn("Statistic", "statistic", "number"),
                ViewColumn("p", "p", "p"),
            ),
            order=10,
        ),
    ),
)
