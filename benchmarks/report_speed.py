"""Time and size of a report: the default study's shape, and twenty arms with 256 seeds.

Run ``.venv/bin/python benchmarks/report_speed.py``; it draws made-up tables, prints a table and
writes ``results/report_speed.json``. Times are of one core, without imports; they are
this machine's, and a yardstick (the import of the libraries) stands beside them.
"""

import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHAPES = {
    "8 arms × 32 seeds": {"arms": 8, "seeds": 32},
    "20 arms × 256 seeds": {"arms": 20, "seeds": 256},
}


def load_made_up_tables():
    """Import tests/synthetic.py."""
    spec = importlib.util.spec_from_file_location("synthetic", ROOT / "tests" / "synthetic.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Make both reports."""
    begin = time.perf_counter()
    from thresher.figures.all import draw_all
    from thresher.figures.style import SINGLE
    from thresher.report import write
    from thresher.tables import write_table

    imports = time.perf_counter() - begin
    synthetic = load_made_up_tables()
    found = {"imports_seconds": imports}
    print(f"{'imports':22s} {imports:6.1f} s")
    for name, shape in SHAPES.items():
        tables, traces = synthetic.tables(**shape), synthetic.traces(**shape)
        settings = synthetic.settings(**shape)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            paths = {table: root / f"{table}.csv" for table in tables}
            for table, rows in tables.items():
                write_table(rows, table, paths[table])
            begin = time.perf_counter()
            draw_all(tables, settings, root / "figures", traces)
            draw_all(tables, settings, root / "phone", traces, SINGLE)
            drawn = time.perf_counter() - begin
            page = root / "report.html"
            folders = root / "figures", root / "phone"
            write(json.dumps(settings), paths, *folders, [], root / "canary.json", page)
            whole, size = time.perf_counter() - begin, page.stat().st_size / 1e6
        print(f"{name:22s} {whole:6.1f} s, figures {drawn:.1f} s, {size:.2f} MB")
        found[name] = {"seconds": whole, "figures_seconds": drawn, "megabytes": size}
    output = ROOT / "results" / "report_speed.json"
    output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
