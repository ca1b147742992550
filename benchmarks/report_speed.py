"""Time and size of a report: the default study's shape, and twenty arms with 256 seeds.

Run ``.venv/bin/python benchmarks/report_speed.py``; it analyses a made-up study, draws it, prints a
table and writes ``results/report_speed.json``; ``--quick`` makes the first report only. Times are
of one core, without imports and analysis; they are this machine's, and a yardstick (the import of
the libraries) stands beside them.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHAPES = {
    "8 arms × 32 seeds": {"arms": 8, "seeds": 32},
    "20 arms × 256 seeds": {"arms": 20, "seeds": 256},
}


def measure(results: Any) -> dict[str, float]:
    """Draw a study's figures and make its page."""
    from thresher import analyses
    from thresher.drawing.style import SINGLE
    from thresher.gallery import draw_all
    from thresher.report import write
    from thresher.tables import write_table

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = {name: root / f"{name}.csv" for name in results.tables}
        for name, schema in analyses.schemas().items():
            write_table(results.table(name), schema, paths[name])
        figures, phone, page = root / "figures", root / "phone", root / "report.html"
        begin = time.perf_counter()
        draw_all(results, figures)
        draw_all(results, phone, SINGLE)
        drawn = time.perf_counter() - begin
        write(results, tables=paths, figures=figures, phone=phone, output=page)
        whole = time.perf_counter() - begin
        return {
            "seconds": whole,
            "figures_seconds": drawn,
            "megabytes": page.stat().st_size / 1e6,
        }


def main() -> None:
    """Make the reports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the smaller report only")
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    begin = time.perf_counter()
    import thresher.gallery
    import thresher.report  # noqa: F401

    imports = time.perf_counter() - begin
    sys.path.insert(0, str(ROOT / "tests"))
    import made_up

    found: dict[str, float | Mapping[str, float]] = {"imports_seconds": imports}
    print(f"{'imports':22s} {imports:6.1f} s", flush=True)
    for name, shape in list(SHAPES.items())[: 1 if given.quick else None]:
        found[name] = took = measure(made_up.results(**shape))
        print(
            f"{name:22s} {took['seconds']:6.1f} s, figures {took['figures_seconds']:.1f} s, "
            f"{took['megabytes']:.2f} MB",
            flush=True,
        )
    output = ROOT / "results" / "report_speed.json"
    output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
