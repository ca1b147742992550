"""Plausible tables of a made-up study, valid by `tables.check`: input for figures and report.

Their statistics are rough (normal theory) and belong to nobody's results. Everything follows
from the arguments; two calls give equal tables.
"""

import json
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from thresher.study import plan
from thresher.tables import TABLES, TRACE, check

NAMES = (
    ("lstm_forward", "none"),
    ("lstm_backward", "none"),
    ("lstm_backward_aligned", "none"),
    ("bilstm", "sum"),
    ("bilstm", "mul"),
    ("bilstm", "ave"),
    ("bilstm", "concat"),
    ("lstm_matched", "none"),
    *(("gru", f"units={units}") for units in (5, 10, 20, 40, 80, 160)),
    *(("bigru", mode) for mode in ("sum", "mul", "ave", "concat", "max", "min")),
)
SLOWNESS = (1.0, 1.25, 1.27, 0.62, 1.02, 0.6, 0.58, 0.9, *np.linspace(1.1, 0.5, 12))
FIRST_LOSS, FLOOR, SHAPE, EVERY = 0.69, 0.02, 1.3, 5
STUDY = "made_up"


def labels(arms: int) -> list[str]:
    """Name the arms: the default study's eight first, at most twenty."""
    return [name if mode == "none" else f"{name} {mode}" for name, mode in NAMES[:arms]]


def settings(arms: int = 8, seeds: int = 32, budget: int = 1000, **changes: Any) -> dict[str, Any]:
    """Return `Study.report_settings()` of the study that `tables` makes up, as a mapping."""
    threshold = changes.pop("threshold", 0.2387)
    task = plan.Task("cumulative_sum", {"timesteps": 10, "limit_fraction": 0.25}, 0.2387)
    training = plan.Training(epochs=budget, evaluate_every=EVERY, learning_rate=0.001)
    made = tuple(
        plan.Arm(label, name, mode, {}, "lstm", {"units": 20}, training, 1781 + 100 * i)
        for i, (label, (name, mode)) in enumerate(zip(labels(arms), NAMES, strict=False))
    )
    grid = tuple(sorted({float(f"{threshold * k / 10:.4g}") for k in range(6, 15)} - {threshold}))
    reference = changes.pop("reference", made[0].label)
    study = plan.Study(
        name=STUDY,
        path=f"config/studies/{STUDY}.yaml",
        question="Does a bidirectional LSTM learn faster than an LSTM?",
        task=task,
        training=training,
        pairing=changes.pop("pairing", "data+weights"),
        entropy=20261123,
        seeds=seeds,
        seeds_per_job=32,
        arms=made,
        reference=reference,
        endpoint=plan.Endpoint(threshold),
        analysis=plan.Analysis(
            threshold_grid=tuple(sorted((*grid, threshold))),
            contrasts="reference" if reference else "all_pairs",
        ),
        report=plan.Report(title="A made-up study", **changes),
    )
    return json.loads(study.report_settings())


def _latent(arms: int, seeds: int, budget: int, censored: float) -> np.ndarray:
    """Draw when each run would reach the threshold, epochs, shape (arms, seeds)."""
    rng = np.random.default_rng(20261123)
    shared = rng.normal(size=256)[:seeds] * 0.18
    own = rng.normal(size=(20, 256))[:arms, :seeds] * 0.12
    times = np.array(SLOWNESS[:arms])[:, None] * np.exp(shared + own)
    if censored >= 1:
        return times / times.min() * 2 * budget
    return times / np.quantile(times, 1 - censored) * 0.97 * budget


def _time_at(latent: np.ndarray, level: float, threshold: float) -> np.ndarray:
    """Return when a run whose loss is at `threshold` at `latent` is at `level`."""
    ratio = np.log((level - FLOOR) / (FIRST_LOSS - FLOOR)) / np.log(
        (threshold - FLOOR) / (FIRST_LOSS - FLOOR)
    )
    return latent * ratio ** (1 / SHAPE)


@cache
def traces(
    arms: int = 8,
    seeds: int = 32,
    budget: int = 1000,
    censored: float = 0.1,
    diverged: int = 0,
    threshold: float = 0.2387,
) -> pd.DataFrame:
    """Make the traces of every run at its evaluations; the last arm's first runs may diverge."""
    latent = _latent(arms, seeds, budget, censored)
    epoch = np.arange(0, budget + 1, EVERY)
    rate = np.log((threshold - FLOOR) / (FIRST_LOSS - FLOOR))
    spread = FIRST_LOSS - FLOOR
    loss = FLOOR + spread * np.exp(rate * (epoch / latent[..., None]) ** SHAPE)
    loss[-1, :diverged, epoch > budget // 4] = np.nan
    rng = np.random.default_rng(1)
    raw = np.where(epoch == 0, np.nan, loss * np.exp(rng.normal(size=loss.shape) * 0.5))
    arm, seed, _ = np.indices(loss.shape)
    name = np.array(NAMES[:arms])[arm.ravel()]
    content = {
        "study": STUDY,
        "arm": np.array(labels(arms))[arm.ravel()],
        "variant": name[:, 0],
        "merge_mode": name[:, 1],
        "seed": seed.ravel(),
        "epoch": np.broadcast_to(epoch, loss.shape).ravel(),
        "loss": raw.ravel(),
        "accuracy": np.clip(1 - raw.ravel() / 2, 0, 1),
        "eval_loss": loss.ravel(),
        "eval_accuracy": 1 - loss.ravel() / 2,
    }
    return check(pd.DataFrame(content), TRACE, "traces")


def _events(runs: pd.DataFrame, latent: np.ndarray, budget: int, tau: float, at: float):
    """Return one row per run for the level `at`, from the traces' last rows."""
    last = runs[runs.epoch == budget].reset_index(drop=True)
    time = np.ceil(_time_at(latent, at, tau) / EVERY) * EVERY
    died = last.eval_loss.isna().to_numpy()
    event = (time.ravel() <= budget - 2 * EVERY) & ~(died & (time.ravel() > budget // 4))
    keys = last[["study", "arm", "variant", "merge_mode", "seed"]]
    when = np.where(event, time.ravel(), np.nan)
    return keys.assign(
        threshold=at,
        budget=budget,
        epochs_to_threshold=when,
        time=np.where(event, when, budget),
        event=event,
        outcome=np.where(event, "reached", np.where(died, "diverged", "censored")),
        diverged_at=np.where(died, budget // 4 + EVERY, np.nan),
        final_loss=last.eval_loss,
        final_accuracy=last.eval_accuracy,
    )


def _arms(events: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for _, run in events.groupby("arm", sort=False):
        n, reached = len(run), int(run.event.sum())
        se = run.time.std() / np.sqrt(n) if n > 1 else np.nan
        sorted_times = np.sort(np.where(run.event, run.time, np.inf))
        median, lower, upper = (sorted_times[min(int(n * q), n - 1)] for q in (0.5, 0.35, 0.65))
        mean, share = run.time.mean(), reached / n
        limits = stats.binomtest(reached, n).proportion_ci(method="wilson")
        ert = run.time.sum() / reached if reached else np.nan
        rows.append(
            {**run.iloc[0][["study", "arm", "variant", "merge_mode", "threshold", "budget"]]}
            | {"parameters": 1781, "n": n, "reached": reached, "reached_fraction": share}
            | {"censored": int((run.outcome == "censored").sum())}
            | {"diverged": int((run.outcome == "diverged").sum())}
            | {"restricted_mean": mean, "restricted_mean_se": se}
            | {"restricted_mean_lower": mean - 2.04 * se, "restricted_mean_upper": mean + 2.04 * se}
            | {"median": median, "median_lower": lower, "median_upper": upper}
            | {"reached_lower": limits.low, "reached_upper": limits.high}
            | {"ert": ert, "ert_lower": ert * 0.9, "ert_upper": ert * 1.1}
        )
    return pd.DataFrame(rows).replace(np.inf, np.nan)


def _contrast(events: pd.DataFrame, arm: str, reference: str, paired: bool) -> dict[str, Any]:
    """Compare two arms, roughly."""
    a, b = (events[events.arm == label] for label in (arm, reference))
    x, y = a.time.to_numpy(float), b.time.to_numpy(float)
    n, d = len(x), x - y
    spread = np.std(d) * np.sqrt(n / max(n - 1, 1)) if paired else np.hypot(np.std(x), np.std(y))
    se, q = spread / np.sqrt(n), stats.t.ppf(0.975, max(n - 1, 1))
    smallest = 2.0 ** (1 - n)
    known = smallest <= 0.05 and n > 1

    def p_of(value: float) -> float:
        return max(2 * stats.t.sf(abs(value) / max(se, 1e-9), max(n - 1, 1)), smallest, 1e-5)

    limit = q * se if known else np.nan
    equal = min(p_of(0.1 * y.mean() - abs(d.mean())) / 2, 1) if known else 1.0
    if abs(d.mean()) >= 0.1 * y.mean():
        equal = 0.9
    wins = (x < y).mean() + (x == y).mean() / 2
    return {
        "study": STUDY, "arm": arm, "reference": reference,
        "design": "paired" if paired else "unpaired", "n_arm": n, "n_reference": n, "n_dropped": 0,
        "reached_arm": int(a.event.sum()), "reached_reference": int(b.event.sum()),
        "mean_arm": x.mean(), "mean_reference": y.mean(), "mean_difference": d.mean(),
        "lower": d.mean() - limit, "upper": d.mean() + limit, "confidence": 0.95,
        "percent": 100 * d.mean() / y.mean(), "percent_lower": 100 * (d.mean() - limit) / y.mean(),
        "percent_upper": 100 * (d.mean() + limit) / y.mean(),
        "p": p_of(d.mean()) if known else 1.0, "p_smallest": smallest, "p_resolution": 1e-5,
        "margin": 0.1, "p_equivalence": equal, "win_probability": wins,
        "cliffs_delta": np.sign(y[None] - x[:, None]).mean(),
        "seeds_for_effect": min(10_000, 2 + 7.85 * (spread / max(abs(d.mean()), 1e-3)) ** 2) // 1,
        "seeds_for_margin": 2 + 7.85 * (spread / (0.1 * y.mean())) ** 2 // 1,
        "welch_p": np.nan if paired else p_of(d.mean()),
    }  # fmt: skip


def _holm(p: pd.Series) -> np.ndarray:
    order = np.argsort(p.to_numpy(), kind="stable")
    adjusted = np.maximum.accumulate(p.to_numpy()[order] * np.arange(len(p), 0, -1))
    out = np.empty(len(p))
    out[order] = np.minimum(adjusted, 1)
    return out


def _verdict(row: pd.Series) -> str:
    detected, equal = row.p_adjusted <= 0.05, row.p_equivalence_adjusted <= 0.05
    few = min(row.reached_arm / row.n_arm, row.reached_reference / row.n_reference) < 0.5
    if detected and equal and not few:
        return "detectable but negligible"
    if detected:
        return "faster" if row.mean_difference < 0 else "slower"
    return "not reached" if few else "equivalent" if equal else "inconclusive"


def _compare(events: pd.DataFrame, pairs: list[tuple[str, str]], paired: bool) -> pd.DataFrame:
    table = pd.DataFrame([_contrast(events, arm, ref, paired) for arm, ref in pairs])
    if table.empty:
        return pd.DataFrame(columns=list(TABLES["contrasts"]))
    table["p_adjusted"] = _holm(table.p)
    table["p_equivalence_adjusted"] = _holm(table.p_equivalence)
    table["verdict"] = table.apply(_verdict, axis=1)
    return table


def _survival(events: pd.DataFrame, budget: int) -> pd.DataFrame:
    rows = []
    for arm, run in events.groupby("arm", sort=False):
        n = len(run)
        for epoch in sorted({0, budget, *run.time}):
            here = run[run.time == epoch]
            left = n - int((run.event & (run.time <= epoch)).sum())
            limits = stats.binomtest(left, n).proportion_ci(method="wilson")
            rows.append(
                {"study": STUDY, "arm": arm, "epoch": epoch, "survival": left / n}
                | {"at_risk": int((run.time >= epoch).sum()), "events": int(here.event.sum())}
                | {"censored": int((~here.event).sum()), "lower": limits.low, "upper": limits.high}
            )
    return pd.DataFrame(rows)


def _band(values: pd.DataFrame) -> pd.DataFrame:
    """Summarise epochs × runs to the columns of a band; no rows where every run diverged."""
    values = values.dropna(axis="columns")
    if values.empty:
        return pd.DataFrame()
    n, mean = len(values.columns), values.mean(axis=1)
    known = len(values.columns) >= 6
    half = 2.9 * values.std(axis=1) / np.sqrt(n) if known else np.nan
    return pd.DataFrame(
        {"n": n, "mean": mean, "lower": mean - half, "upper": mean + half}
        | {"band": "simultaneous" if known else "none", "critical": 2.9 if known else np.nan}
    ).reset_index()


def _curves(runs: pd.DataFrame, pairs: list[tuple[str, str]]) -> dict[str, pd.DataFrame]:
    curves, differences = [], []
    for metric in ("eval_loss", "eval_accuracy"):
        wide = runs.set_index(["epoch", "arm", "seed"])[metric].unstack(["arm", "seed"])  # noqa: PD010
        curves += [
            _band(wide[arm]).assign(study=STUDY, arm=arm, metric=metric)
            for arm in runs.arm.unique()
        ]
        for arm, ref in pairs:
            row = _band(wide[arm] - wide[ref]).assign(study=STUDY, arm=arm, reference=ref)
            differences.append(row.assign(metric=metric))
    empty = pd.DataFrame(columns=list(TABLES["curve_differences"]))
    differences = pd.concat(differences) if differences else empty
    return {"curves": pd.concat(curves), "curve_differences": differences}


def _predictions(arms: int, seeds: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    value = np.array([0.43, 0.12, 0.71, 0.36, 0.55, 0.29, 0.9, 0.08, 0.64, 0.47])
    expected = (np.cumsum(value) >= 2.5).astype(float)
    arm, seed, step = np.indices((arms, seeds, len(value)))
    logit = 3 * (np.cumsum(value)[step] - 2.5) + rng.normal(size=arm.shape)
    logit = np.where(arm == 1, -logit, logit).ravel()
    name = np.array(NAMES[:arms])[arm.ravel()]
    return pd.DataFrame(
        {"study": STUDY, "arm": np.array(labels(arms))[arm.ravel()]}
        | {"variant": name[:, 0], "merge_mode": name[:, 1], "seed": seed.ravel()}
        | {"timestep": step.ravel(), "input": value[step.ravel()]}
        | {"expected": expected[step.ravel()], "probability": 1 / (1 + np.exp(-logit))}
        | {"predicted": (logit > 0).astype(float)}
    )


def _luck(events: pd.DataFrame, pairs: list[tuple[str, str]]) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(4)
    wide = events.set_index(["seed", "arm"])["time"].unstack("arm")[events.arm.unique()]  # noqa: PD010
    order, winners = [], []
    for seeds in (1, 3, 5, 10):
        if seeds > len(wide):
            continue
        drawn = rng.integers(len(wide), size=(500, seeds))
        mean = pd.DataFrame(wide.to_numpy()[drawn].mean(axis=1), columns=wide.columns)
        for arm, ref in pairs:
            sign = np.sign(wide[arm].mean() - wide[ref].mean())
            other = (np.sign(mean[arm] - mean[ref]) == -sign).mean() if sign else 0.0
            row = {"study": STUDY, "arm": arm, "reference": ref, "seeds": seeds}
            order.append(row | {"other_order": other, "tie": (mean[arm] == mean[ref]).mean()})
        best = mean.eq(mean.min(axis=1), axis=0)
        wins = best.div(best.sum(axis=1), axis=0).mean()
        winners += [{"study": STUDY, "arm": a, "seeds": seeds, "wins": w} for a, w in wins.items()]
    empty = pd.DataFrame(columns=list(TABLES["luck_pairs"]))
    return {
        "luck_pairs": pd.DataFrame(order) if order else empty,
        "luck_winners": pd.DataFrame(winners),
    }


def _grid(
    runs: pd.DataFrame, latent: np.ndarray, budget: int, tau: float, pairs: list, paired: bool
) -> dict[str, pd.DataFrame]:
    rows, at_level = [], []
    for level in settings(1, 1, budget, threshold=tau)["analysis"]["threshold_grid"]:
        events = _events(runs, latent, budget, tau, level)
        at_level.append(events)
        table = _compare(events, pairs, paired).rename(columns={"n_arm": "n_pairs"})
        table["p_max_t"] = np.minimum(1, table.p * 3) if pairs else None
        rows.append(table.assign(threshold=level, primary=level == tau))
    levels = pd.concat(at_level)[["study", "arm", "seed", "threshold", "time", "event"]]
    table = pd.concat(rows)[list(TABLES["thresholds"])]
    table["primary"] = table.primary.astype(bool)
    return {"thresholds": table, "threshold_events": levels}


def _others(runs: pd.DataFrame, contrasts: pd.DataFrame, seeds: int) -> dict[str, pd.DataFrame]:
    """Fill the remaining tables with numbers of the right kind."""
    base = contrasts[["study", "arm", "reference"]]
    tests = ("log-rank", "Gehan–Wilcoxon", "Prentice–Wilcoxon")
    finals = runs[["study", "arm"]].drop_duplicates()
    metrics = {"final_loss": 0.1, "final_accuracy": 0.95}
    final = [
        finals.assign(metric=m, n=seeds, mean=v, iqm=v, lower=v * 0.9, upper=v * 1.05)
        for m, v in metrics.items()
    ]
    better = {"probability": 0.7, "lower": 0.6, "upper": 0.8}
    rank = {"design": "paired", "n": seeds, "statistic": -3.1, "p": 0.004}
    return {
        "rank_tests": pd.concat([base.assign(test=test, **rank) for test in tests]),
        "hazards": base.assign(hazard_ratio=1.7, lower=1.1, upper=2.6, p=0.01),
        "omnibus": pd.DataFrame(
            [{"study": STUDY, "test": "Friedman type", "arms": len(finals), "n": seeds}]
        ).assign(statistic=41.2, p=0.0001),
        "final": pd.concat(final),
        "improvement": pd.concat([base.assign(metric=m, **better) for m in metrics]),
    }


def tables(
    arms: int = 8,
    seeds: int = 32,
    budget: int = 1000,
    censored: float = 0.1,
    diverged: int = 0,
    paired: bool = True,
    threshold: float = 0.2387,
) -> dict[str, pd.DataFrame]:
    """Make every table of `tables.TABLES` that such a study would have.

    Parameters
    ----------
    arms : int
        1 to 20; the first is the reference. With one arm, tables that compare arms are empty.
    seeds : int
        At most 256; fewer than 6 give no bands and unbounded intervals.
    budget : int
        Epochs, a multiple of 20.
    censored : float
        Share of all runs that don't reach the threshold; 1 for none reaching it.
    diverged : int
        Runs of the last arm that diverge after a quarter of the budget.
    paired : bool
        Whether contrasts are paired by seed.
    threshold : float
        Nats.
    """
    return dict(_tables(arms, seeds, budget, censored, diverged, paired, threshold))


@cache
def _tables(
    arms: int, seeds: int, budget: int, censored: float, diverged: int, paired: bool, tau: float
) -> dict[str, pd.DataFrame]:
    runs = traces(arms, seeds, budget, censored, diverged, tau)
    latent = _latent(arms, seeds, budget, censored)
    events = _events(runs, latent, budget, tau, tau)
    against = [(arm, labels(arms)[0]) for arm in labels(arms)[1:]]
    every = [(b, a) for a, b in combinations(labels(arms), 2)]
    contrasts = _compare(events, against, paired)
    made = {
        "events": events,
        "arms": _arms(events),
        "contrasts": contrasts,
        "pairs": _compare(events, every, paired),
        "survival": _survival(events, budget),
        "predictions": _predictions(arms, seeds),
        **_curves(runs, against),
        **_luck(events, every),
        **_grid(runs, latent, budget, tau, against, paired),
        **_others(runs, contrasts, seeds),
    }
    return {name: check(table, TABLES[name], name) for name, table in made.items()}
