"""Are two results folders of one study the same? Traces bit by bit, tables cell by cell.

    .venv/bin/python benchmarks/same_results.py OLD/results/merge_modes results/merge_modes

Columns that were renamed are named in RENAMED; what only one folder has is listed.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

RENAMED = {
    "epochs_to_threshold": "event_time",
    "final_loss": "final",
    "epoch": "time",
    "timestep": "position",
    "probability": "output",
    "predicted": "decoded",
}
QUANTITIES = ("loss", "accuracy", "eval_loss", "eval_accuracy")


def runs(folder: Path) -> dict[tuple[str, int], np.ndarray]:
    """Read every run's quantities, shape (quantities, epochs), by arm and seed."""
    found = {}
    for path in sorted((folder / "traces").rglob("seeds_*.parquet")):
        if path.name.endswith("predictions.parquet"):
            continue
        for (arm, seed), rows in pq.read_table(path).to_pandas().groupby(["arm", "seed"]):
            ordered = rows.sort_values("epoch")
            found[str(arm), int(seed)] = ordered[list(QUANTITIES)].to_numpy().T
    return found


def compare_traces(old: Path, new: Path) -> bool:
    """Say whether every run of the old folder is in the new one, bit by bit."""
    before, after = runs(old), runs(new)
    same = [
        key
        for key, values in before.items()
        if key in after and np.array_equal(values, after[key], equal_nan=True)
    ]
    print(f"traces: {len(same)} of {len(before)} runs bit-identical")
    return len(same) == len(before) == len(after)


def compare_table(old: Path, new: Path) -> bool:
    """Compare the columns that both tables have; say what differs and what only one has."""
    before = pd.read_csv(old, keep_default_na=False, na_values=[""])
    after = pd.read_csv(new, keep_default_na=False, na_values=[""])
    before = before.rename(columns={k: v for k, v in RENAMED.items() if v in after})
    before = before.replace({"final_loss": "eval_loss", "final_accuracy": "eval_accuracy"})
    shared = [column for column in before if column in after]
    only = [c for c in before if c not in after], [c for c in after if c not in before]
    note = "".join(
        f"; only {which}: {', '.join(c)}"
        for which, c in zip(("old", "new"), only, strict=True)
        if c
    )
    if len(before) != len(after):
        print(f"{old.stem}: {len(before)} rows, now {len(after)}{note}")
        return False
    differing = [c for c in shared if not _equal(before[c], after[c])]
    print(f"{old.stem}: {'equal' if not differing else 'differs in ' + ', '.join(differing)}{note}")
    return not differing


def _equal(before: pd.Series, after: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(before) and pd.api.types.is_numeric_dtype(after):
        return bool(np.allclose(before, after, rtol=1e-12, atol=1e-12, equal_nan=True))
    return bool((before.astype("str") == after.astype("str")).all())


def main(old: Path, new: Path) -> int:
    """Compare two folders; 0 where all is the same."""
    same = [compare_traces(old, new)]
    for path in sorted((old / "tables").glob("*.csv")):
        if (new / "tables" / path.name).exists():
            same.append(compare_table(path, new / "tables" / path.name))
        else:
            print(f"{path.stem}: only old")
            same.append(False)
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
