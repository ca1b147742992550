"""A made-up study: its runs are invented, everything after that is the library's own work.

Everything follows from the arguments; two calls give equal results.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.metric import Axis, Metric, engine_metrics
from thresher.reduction import collect
from thresher.results import Results
from thresher.stages import analyse_all
from thresher.study import plan
from thresher.training_options import Training

NAMES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lstm_forward", {}),
    ("lstm_backward", {}),
    ("lstm_backward_aligned", {}),
    *(("bilstm", {"merge_mode": mode}) for mode in ("sum", "mul", "ave", "concat")),
    ("lstm_matched", {}),
    *(("gru", {"units": units}) for units in range(5, 1000, 5)),
)
SLOWNESS = (1.0, 1.25, 1.27, 0.62, 1.02, 0.6, 0.58, 0.9)
FIRST_LOSS, FLOOR, SHAPE, EVERY = 0.69, 0.02, 1.3, 5
THRESHOLD = 0.2387
METRICS = engine_metrics("binary_crossentropy")


def label(variant: str, factors: dict[str, Any]) -> str:
    """Name an arm as studies do."""
    words = [str(v) if k == "merge_mode" else f"{k}={v}" for k, v in factors.items()]
    return " ".join([variant, *words])


def labels(arms: int) -> list[str]:
    """Name the arms: the default study's eight first."""
    return [label(*name) for name in NAMES[:arms]]


def study(
    arms: int = 8,
    seeds: int = 32,
    budget: int = 1000,
    metric: str | Metric = "eval_loss",
    threshold: float | None = None,
    reference: str | None = "lstm_forward",
    imported: bool = False,
    **changes: Any,
) -> plan.Study:
    """Return the made-up study; `changes` replace fields of `Study` or of its report."""
    training = Training(epochs=budget, evaluate_every=EVERY, learning_rate=0.001)
    primary = METRICS[metric] if isinstance(metric, str) else metric
    if threshold is None:
        threshold = THRESHOLD if primary.better == "lower" else 1 - THRESHOLD / 2
    beside = [m for m in METRICS.values() if m.data == "held-out" and m.name != primary.name]
    made = tuple(
        plan.Arm(label(name, factors), name, factors)
        if imported
        else plan.Arm(
            label(name, factors), name, factors, "lstm", {"units": 20}, training, 1781 + 100 * i
        )
        for i, (name, factors) in enumerate(NAMES[:arms])
    )
    report = {
        name: changes.pop(name)
        for name in ("labels", "panels", "highlight_seed", "title")
        if name in changes
    }
    own = plan.Study(
        name="made_up",
        path="config/studies/made_up.yaml",
        question="Does a bidirectional LSTM learn faster than an LSTM?",
        metrics=(primary,) if imported else (primary, *beside),
        axis=Axis(),
        task=None
        if imported
        else plan.Task("cumulative_sum", {"timesteps": 10, "limit_fraction": 0.25}, THRESHOLD),
        training=None if imported else training,
        pairing=plan.PAIRING,
        entropy=20261123,
        seeds=seeds,
        seeds_per_job=32,
        arms=made,
        reference=reference if arms > 1 else None,
        endpoint=plan.Endpoint(
            threshold,
            "study file" if primary.name != "eval_loss" else "position baseline",
            budget=budget,
        ),
        analysis=plan.Analysis(
            flips=999,
            threshold_grid=primary.grid(threshold) or (),
            contrasts="reference" if reference and arms > 1 else "all_pairs",
        ),
        report=plan.Presentation(**{"title": "A made-up study", **report}),
    )
    return replace(own, **changes)


def latent(arms: int, seeds: int, budget: int, censored: float) -> np.ndarray:
    """Draw when each run would reach the threshold, epochs, shape (arms, seeds)."""
    rng = np.random.default_rng(20261123)
    shared = rng.normal(size=1024)[:seeds] * 0.18
    own = rng.normal(size=(len(NAMES), 1024))[:arms, :seeds] * 0.12
    slowness = [*SLOWNESS, *np.linspace(1.1, 0.5, len(NAMES) - len(SLOWNESS))]
    times = np.array(slowness[:arms])[:, None] * np.exp(shared + own)
    if censored >= 1:
        return times / times.min() * 2 * budget
    return times / np.quantile(times, 1 - censored) * 0.97 * budget


def traces(
    made: plan.Study, censored: float = 0.1, diverged: int = 0, diverged_at: int | None = None
) -> pa.Table:
    """Make the traces of every run at its evaluations.

    The last arm's first `diverged` runs diverge after `diverged_at`, a quarter of the budget.
    """
    arms, seeds, budget = len(made.arms), made.seeds, int(made.endpoint.budget)
    reach = latent(arms, seeds, budget, censored)
    epoch = np.arange(0, budget + 1, EVERY)
    spread = FIRST_LOSS - FLOOR
    rate = np.log((THRESHOLD - FLOOR) / spread)
    loss = FLOOR + spread * np.exp(rate * (epoch / reach[..., None]) ** SHAPE)
    gone = budget // 4 if diverged_at is None else diverged_at
    loss[-1, :diverged, epoch > gone] = np.nan
    raw = loss * np.exp(np.random.default_rng(1).normal(size=loss.shape) * 0.5)
    arm, seed, _ = np.indices(loss.shape)
    columns: dict[str, Any] = {
        "study": [made.name] * loss.size,
        "arm": [made.arms[k].label for k in arm.ravel()],
        "variant": [made.arms[k].variant for k in arm.ravel()],
    }
    for name in dict.fromkeys(name for own in made.arms for name in own.factors):
        columns[name] = [made.arms[k].factors.get(name) for k in arm.ravel()]
    columns |= {
        "seed": seed.ravel(),
        made.axis.name: np.broadcast_to(epoch, loss.shape).ravel(),
        "loss": pa.array(raw.ravel(), mask=np.broadcast_to(epoch == 0, loss.shape).ravel()),
        "accuracy": np.clip(1 - raw.ravel() / 2, 0, 1),
        "eval_loss": loss.ravel(),
        "eval_accuracy": 1 - loss.ravel() / 2,
    }
    if made.training is not None:
        # On half of a held-out set a loss is off by a little, the same way all along a run.
        off = 1 + np.random.default_rng(3).normal(size=loss.shape[:2]) * 0.01
        columns["eval_loss_half"] = (loss * off[..., None]).ravel()
    if made.metric.name not in columns:
        columns[made.metric.name] = loss.ravel() * 100 * made.metric.sign
    return pa.table(columns)


def predictions(made: plan.Study) -> pd.DataFrame:
    """Make every run's answers to one held-out sequence of ten timesteps."""
    rng = np.random.default_rng(2)
    steps = np.arange(10)
    x = rng.uniform(size=10)
    expected = (np.cumsum(x) >= 2.5).astype(float)
    parts = []
    for arm in made.arms:
        for seed in range(made.seeds):
            output = np.clip(expected + rng.normal(size=10) * 0.35, 0.01, 0.99)
            decoded = (output > 0.5).astype(float)
            parts.append(
                pd.DataFrame(
                    {
                        "study": made.name,
                        "arm": arm.label,
                        "variant": arm.variant,
                        "seed": seed,
                        "example": 0,
                        "position": steps,
                        "input": x,
                        "output": output,
                        "decoded": decoded,
                        "expected": expected,
                        "wrong": decoded != expected,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def results(
    censored: float = 0.1, diverged: int = 0, diverged_at: int | None = None, **case: Any
) -> Results:
    """Analyse the made-up study; `case` as in `study`."""
    made = study(**case)
    frame = collect(traces(made, censored, diverged, diverged_at), made)
    return analyse_all(made, frame, None if made.training is None else predictions(made))


@cache
def usual() -> Results:
    """The made-up study with eight arms and 32 seeds."""
    return results()
