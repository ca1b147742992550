"""Published data with independently computed values, and events to analyse."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture
def reference() -> Callable[[str], dict[str, Any]]:
    """Return the reference values of a data set by name."""

    def values(name: str) -> dict[str, Any]:
        content = json.loads((REFERENCE / f"{name}.json").read_text())
        return {result["name"]: result["value"] for result in content["results"]}

    return values


@pytest.fixture
def data() -> Callable[[str], pd.DataFrame]:
    """Return a data set."""
    return lambda name: pd.read_csv(REFERENCE / f"{name}.csv")


@pytest.fixture
def make_events() -> Callable[..., pd.DataFrame]:
    """Build an events table from epochs to threshold by arm; infinite is not reached."""

    def build(
        times: Mapping[str, Sequence[float]],
        budget: int = 100,
        seeds: Mapping[str, Sequence[int]] | None = None,
    ) -> pd.DataFrame:
        parts = []
        for arm, values in times.items():
            time = np.asarray(values, float)
            reached = np.isfinite(time)
            part = pd.DataFrame({"seed": range(len(time)) if seeds is None else seeds[arm]})
            part = part.assign(study="s", arm=arm, variant=arm, merge_mode="none")
            part = part.assign(threshold=0.2, budget=budget, event=reached)
            part["time"] = np.where(reached, time, budget).astype(int)
            part["epochs_to_threshold"] = pd.Series(np.where(reached, time, np.nan)).astype("Int64")
            part["outcome"] = np.where(reached, "reached", "censored")
            part["diverged_at"] = pd.array([pd.NA] * len(time), dtype="Int64")
            part["final_loss"] = part["final_accuracy"] = 0.1
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    return build
