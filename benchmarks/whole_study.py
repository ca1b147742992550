"""Time of a whole study, from nothing to its report: the default one, or with other numbers in it.

    python benchmarks/whole_study.py [--rounds 3] [--against CHECKOUT]
    python benchmarks/whole_study.py --evaluation shared --evaluation-size 64
    python benchmarks/whole_study.py --seeds 1000 --seeds-per-job 256

Prints the seconds that `snakemake --cores 2` takes, and those of the processor. The yardstick
beside them is the import of what trains; with `--against`, another checkout's default study, as it
is there, in turns with this one's. Linux only. What it makes is removed in the end.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
NAME = "merge_modes"


def default_study(tree: Path) -> dict[str, Any]:
    """Return a checkout's default study."""
    file = tree / "config" / "studies" / f"{NAME}.yaml"
    return dict(yaml.safe_load(file.read_text()))


def changed(study: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Return a study with the numbers that the options give."""
    given = {key: value for key, value in vars(options).items() if value is not None}
    plan = {key: given[key] for key in ("seeds", "seeds_per_job") if key in given}
    training = {key: given[key] for key in ("evaluation", "evaluation_size") if key in given}
    return {**study, **plan, "training": {**study["training"], **training}}


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a call takes, and those of the processor in what it starts."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    call()
    seconds = time.perf_counter() - begin
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime


def whole(tree: Path, study: dict[str, Any], cores: int) -> dict[str, float]:
    """Run a checkout's workflow on a study, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(tree / "config", folder / "config")  # earlier checkouts look for it here
        file = folder / f"{NAME}.yaml"
        file.write_text(yaml.safe_dump(study, sort_keys=False))
        command = [sys.executable, "-m", "snakemake", "--cores", str(cores)]
        command += ["--snakefile", str(tree / "Snakefile"), "--directory", name]
        command += ["--workflow-profile", str(tree / "profiles" / "default")]
        command += ["--config", f"study={file}"]
        environment = {**os.environ, "PYTHONPATH": str(tree / "src")}

        def run() -> None:
            with (folder / "log").open("w") as log:
                ended = subprocess.run(command, stdout=log, stderr=log, env=environment)
            if ended.returncode:
                sys.exit((folder / "log").read_text()[-3000:])

        seconds, processor = timed(run)
        size = (folder / "results" / NAME / "report.html").stat().st_size / 1e6
    return {"seconds": seconds, "processor": processor, "report_megabytes": size}


def imported() -> float:
    """Return the seconds of the processor that the import of what trains takes."""
    command = [sys.executable, "-c", "import thresher.training"]
    return timed(lambda: subprocess.run(command, check=True, capture_output=True))[1]


def main() -> None:
    """Run the study, time it, print and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--seeds-per-job", type=int)
    parser.add_argument("--evaluation", choices=("per_seed", "shared"))
    parser.add_argument("--evaluation-size", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--against", type=Path, help="another checkout, in turns with this one")
    options = parser.parse_args()
    study = changed(default_study(ROOT), options)
    trees = {"this": (ROOT, study)}
    if options.against:
        other = options.against.resolve()
        trees["other"] = (other, default_study(other))
    rows = []
    for _ in range(options.rounds):
        for which, (tree, given) in trees.items():
            row = {
                "tree": which,
                "import": imported(),
                **whole(tree, given, options.cores),
            }
            rows.append(row)
            print(
                f"{which:6s}{row['seconds']:6.1f} s, {row['processor']:6.1f} s of the processor "
                f"(an import: {row['import']:.1f} s); report: {row['report_megabytes']:.1f} MB",
                flush=True,
            )
    content = json.dumps({"study": study, "cores": options.cores, "rows": rows}, indent=2)
    (ROOT / "results" / "whole_study.json").write_text(content + "\n")


if __name__ == "__main__":
    main()
