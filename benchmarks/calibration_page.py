"""The page of the calibration study: its table, its reading and its figure, from the counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from scipy import stats

from thresher.files import atomic, write_text

COMMAND = "python benchmarks/calibration.py --replicates {replicates} --page"
INTRODUCTION = """# Calibration

How often the statistics are wrong, measured: made-up studies whose truth is known, and runs of two
arms that the workflow trained, go through the functions that the workflow calls. Each cell has
{replicates:,} replicates; a rate of 5 % then has a standard error of {error:.2f} points.

```
{command}
```

can be stopped and continued at any time, and writes this page and its figure; `--quick` measures
every cell 200 times, and 20,000 replicates are what it takes for granted. Times are log-normal with
a median of 250 epochs and a standard deviation of 0.45 on the log scale, rounded up to the next
evaluation (every 5 epochs) and censored at the budget; *correlation* is that of the log times of
two arms with one seed. Levels are 5 %, intervals and bands 95 %. Beyond 20 seeds 1,999 random
flips stand for the workflow's 99,999, drawn anew for every 100 replicates (999 relabellings in
unpaired tests and on real traces): the test keeps its level with any number of flips.

![Error rates and coverage of every cell, beside what they may be](calibration.svg)
"""


@dataclass(frozen=True)
class Part:
    """A part of the page: rows of some questions, one measure, and what it should be."""

    title: str
    questions: tuple[str, ...]
    measure: str
    at_most: float | None
    at_least: float | None
    meaning: str


PARTS = (
    Part(
        "Type I error, no difference",
        ("no difference", "no difference unpaired"),
        "rejected",
        0.055,
        None,
        "Share of studies in which the primary test rejects though both arms are alike. With 8 "
        "seeds and many censored runs few sums are possible, and the test is conservative.",
    ),
    Part(
        "Type I error, equal means, twice the spread",
        ("trained spread", "trained spread unpaired"),
        "rejected",
        0.075,
        None,
        "The restricted means are equal, but the log spread of the arm is 0.26, that of the "
        "reference 0.13: trained arms of the default study have 0.10 to 0.13.",
    ),
    Part(
        "Type I error, the same with very broad arms",
        ("unequal spread", "unequal spread unpaired"),
        "rejected",
        0.075,
        None,
        "A stress test, log spreads of 0.6 and 0.3: such differences are strongly skewed, while "
        "the test takes them as symmetric. The paired t test does worse with few seeds.",
    ),
    Part(
        "Family-wise error",
        ("family",),
        "rejected",
        0.055,
        None,
        "Share of whole studies with any wrong difference after Holm, through `contrasts`: 8 arms "
        "against a reference, the same with 3 arms that really are 30 % faster, and all pairs of "
        "4 arms.",
    ),
    Part(
        "Wrong equivalence",
        ("at the margin",),
        "claimed",
        0.055,
        None,
        "Share of claims of equivalence where the ratio of restricted means is the margin itself.",
    ),
    Part(
        "Interval of the difference of means",
        ("30 % faster", "30 % faster unpaired"),
        "covered",
        None,
        0.93,
        "Coverage where the arm is 30 % faster; ties and censoring make it conservative.",
    ),
    Part(
        "Interval of the ratio of means",
        ("percent", "percent unpaired"),
        "covered",
        None,
        0.93,
        "Coverage of the percent interval, where the arm's times are a multiple of the "
        "reference's. Dividing the interval of the difference by the reference's mean, as if that "
        "were known, covers 99.6 % at a ratio of 0.5 and 89 to 91 % at 2.",
    ),
    Part(
        "Intervals of a family, together",
        ("simultaneous",),
        "covered",
        None,
        0.93,
        "Share of studies in which the limits of all seven contrasts against one reference hold, "
        "in epochs: three arms 25 % faster, one 8 %, three equal.",
    ),
    Part(
        "Intervals of a family, together, in percent",
        ("simultaneous",),
        "covered percent",
        None,
        0.93,
        "The same for ratios.",
    ),
    Part(
        "Any wrong verdict, joint family",
        ("verdicts",),
        "wrong joint",
        0.055,
        None,
        "Share of studies with a difference claimed of equal arms, or equivalence of arms at the "
        "margin: seven contrasts, log spread 0.13 as in trained arms.",
    ),
    Part(
        "Any wrong verdict, separate families",
        ("verdicts",),
        "wrong separate",
        0.105,
        None,
        "The same with Holm's adjustment over differences and over equivalences, each at 5 %: "
        "together they may be wrong in twice that where some arms are equal and others at the "
        "margin. A verdict is one word from two tests, so the promise that fits it is about any "
        "wrong word: `joint` is the default. With one contrast it costs nothing.",
    ),
    Part(
        "Interval of the restricted mean",
        ("restricted mean",),
        "covered",
        None,
        0.93,
        "Coverage of Student's limits on the logit scale of the budget. On the plain scale they "
        "cover 77 % with 4 seeds and 88 % with 8, if 60 % are censored.",
    ),
    Part(
        "Interval of P(sooner)",
        ("sooner",),
        "covered",
        None,
        0.93,
        "Coverage for P(arm before reference) + ½ P(tie): Clopper & Pearson's limits by seed, "
        "Newcombe's score limits for independent runs.",
    ),
    Part(
        "Interval of the median",
        ("median",),
        "covered",
        None,
        0.95,
        "Coverage of the order-statistic interval. Of continuous times it should be the binomial "
        "probability given as *expected*.",
    ),
    Part(
        "Simultaneous bands",
        ("bands",),
        "covered",
        None,
        0.90,
        "Share of bands that hold the whole true curve, 100 autocorrelated epochs at once.",
    ),
    Part(
        "One arm against itself, real traces",
        ("same arm",),
        "rejected",
        0.055,
        None,
        "640 runs of `lstm_forward` that the workflow trained, each with its own held-out set; "
        "2n of them, drawn at random, are called two arms.",
    ),
    Part(
        "New seeds and new held-out sets, real traces",
        ("same two arms",),
        "covered",
        None,
        0.93,
        "`bilstm mul` against `lstm_forward`, 640 seeds of each, each seed with its own held-out "
        "set: does the interval from n of them hold the difference over all?",
    ),
    Part(
        "New seeds and new held-out sets, in percent",
        ("same two arms",),
        "percent covered",
        None,
        0.93,
        "The interval of the difference in percent of the reference's mean.",
    ),
    Part(
        "Bands, real traces",
        ("same arm bands",),
        "covered",
        None,
        0.90,
        "Held-out curves of the same runs, drawn with replacement: their mean is the truth.",
    ),
    Part(
        "Power, arm 30 % faster",
        ("30 % faster", "30 % faster unpaired"),
        "rejected",
        None,
        None,
        "No target: what the primary test finds.",
    ),
    Part(
        "Power at the number of seeds suggested",
        ("planned",),
        "found",
        None,
        None,
        "One of seven contrasts differs, by a ratio and a spread that are known: how often it is "
        "found with the seeds suggested for one contrast, or for a family of seven. The goal is "
        "80 %.",
    ),
    Part(
        "Power of the joint family",
        ("verdicts",),
        "found joint",
        None,
        None,
        "How often the arm that is 8 % faster is found beside three that are 25 % faster.",
    ),
    Part(
        "Power of separate families",
        ("verdicts",),
        "found separate",
        None,
        None,
        "The same, with Holm's steps past the three.",
    ),
    Part(
        "Equivalence found by the joint family",
        ("verdicts",),
        "equivalent joint",
        None,
        None,
        "How often one equal arm is called equivalent.",
    ),
    Part(
        "Equivalence found by separate families",
        ("verdicts",),
        "equivalent separate",
        None,
        None,
        "The same, with Holm's steps.",
    ),
)
NAMES = {
    "censored": "censored",
    "correlation": "correlation",
    "n": "seeds",
    "arms": "arms",
    "faster": "faster arms",
    "all_pairs": "all pairs",
    "mean_ratio": "ratio of means",
    "time_ratio": "ratio of times",
    "effects": "truth",
    "planned for": "seeds for a family of",
    "times": "times",
    "curves": "curves",
    "of": "band of",
    "paired": "paired",
}


def expected_coverage(n: int) -> float:
    """Return the binomial coverage of the order-statistic interval of a median."""
    rank = int((stats.binom.cdf(np.arange(n), n, 0.5) <= 0.025).sum())
    return 1 - 2 * stats.binom.cdf(rank - 1, n, 0.5)


def rows_of(part: Part, results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a part, whether each keeps the limit, and what a paired t test does."""
    chosen = results["question"].isin(part.questions) & (results["measure"] == part.measure)
    rows = results[chosen].reset_index(drop=True)
    missed = pd.Series(False, index=rows.index)
    if part.at_most is not None:
        missed |= rows["rate"] > part.at_most
    if part.at_least is not None:
        missed |= rows["rate"] < part.at_least
    usual = results[results["measure"] == "paired t"].set_index("cell")["rate"]
    return rows.assign(missed=missed, usual=rows["cell"].map(usual))


def write_page(results: pd.DataFrame, folder: Path) -> None:
    """Write calibration.md, calibration.csv and calibration.svg."""
    parts = [_section(part, rows_of(part, results)) for part in PARTS]
    replicates = int(results["replicates"].max())
    introduction = INTRODUCTION.format(
        replicates=replicates,
        error=100 * np.sqrt(0.05 * 0.95 / replicates),
        command=COMMAND.format(replicates=replicates),
    )
    text = "\n".join([introduction, *_reading(results), *parts])
    write_text(text, folder / "calibration.md")
    with atomic(folder / "calibration.csv") as path:
        results.drop(columns=["seconds"]).to_csv(path, index=False, lineterminator="\n")
    _draw(results, folder / "calibration.svg")


def _reading(results: pd.DataFrame) -> list[str]:
    lines = ["## Reading", "", "| | target | worst cell | cells | |", "|---|---|---|---|---|"]
    for part in PARTS:
        rows = rows_of(part, results)
        if part.at_most is None and part.at_least is None:
            continue
        worst = rows["rate"].max() if part.at_most is not None else rows["rate"].min()
        sign, limit = ("≤", part.at_most) if part.at_most is not None else ("≥", part.at_least)
        count = int(rows["missed"].sum())
        word = "met" if not count else f"**missed in {count} of {len(rows)}**"
        row = [part.title, f"{sign} {100 * limit:g} %", f"{100 * worst:.1f} %", len(rows), word]
        lines.append(f"| {' | '.join(map(str, row))} |")
    return [*lines, ""]


def _section(part: Part, rows: pd.DataFrame) -> str:
    keys = [key for key in NAMES if key in rows and rows[key].notna().any()]
    head = [NAMES[key] for key in keys]
    if len(part.questions) > 1:
        head = ["test", *head]
    expected = part.questions == ("median",)
    head += ["rate, %", "± s.e."] + (["expected, %"] if expected else [])
    usual = part.measure == "rejected" and rows["usual"].notna().any()
    head += ["paired t, %"] if usual else []
    lines = [f"## {part.title}", "", part.meaning, "", f"| {' | '.join(head)} |"]
    lines.append("|" + "---|" * len(head))
    for row in rows.to_dict("records"):
        cells = [_word(key, row[key]) for key in keys]
        if len(part.questions) > 1:
            cells = ["permutation" if "unpaired" in row["question"] else "sign-flip", *cells]
        rate = f"{100 * row['rate']:.2f}"
        cells += [f"**{rate}**" if row["missed"] else rate, f"{100 * row['error']:.2f}"]
        if expected:
            exact = row["times"] == "continuous"
            cells.append(f"{100 * expected_coverage(int(row['n'])):.2f}" if exact else "")
        if usual:
            cells.append("" if pd.isna(row["usual"]) else f"{100 * row['usual']:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _word(key: str, value: object) -> str:
    if not isinstance(value, str):
        return ""
    if key == "censored":
        return f"{100 * float(value):g} %"
    return {"True": "yes", "False": "no"}.get(value, value)


def _draw(results: pd.DataFrame, path: Path) -> None:
    """Draw every cell as a dot in the row of its part, beside the part's limit."""
    sns.set_theme(context="paper", style="ticks", palette="colorblind", font_scale=0.9)
    mpl.rcParams["svg.hashsalt"] = "calibration"
    mpl.rcParams["svg.fonttype"] = "none"
    errors = [part for part in PARTS if part.at_most is not None]
    coverages = [part for part in PARTS if part.at_least is not None]
    sizes = [len(errors), len(coverages)]
    height = 0.27 * sum(sizes) + 1.5
    shape = {"height_ratios": sizes}
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(7.2, height), gridspec_kw=shape, layout="constrained"
    )
    _rows(above, errors, results, "wrong, % (a dot a cell; the bar is what it may be)")
    _rows(below, coverages, results, "covered, % (the bar is what it should be at least)")
    above.set_xlim(left=0)
    with atomic(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    plt.close(figure)


def _rows(axis: plt.Axes, parts: Sequence[Part], results: pd.DataFrame, label: str) -> None:
    """Draw a row for each part: its cells with their standard errors, coloured by missed or met."""
    for k, part in enumerate(parts):
        rows = rows_of(part, results).sort_values("rate")
        y = k + np.linspace(-0.28, 0.28, len(rows)) if len(rows) > 1 else np.array([k])
        for missed, colour in ((False, "C0"), (True, "C3")):
            own = (rows["missed"] == missed).to_numpy()
            axis.errorbar(
                100 * rows["rate"][own], y[own], xerr=100 * rows["error"][own], fmt="o",
                color=colour, markersize=2.5, linewidth=0.7,
            )  # fmt: skip
        limit = part.at_most if part.at_most is not None else part.at_least
        axis.plot([100 * limit] * 2, [k - 0.42, k + 0.42], color="0.25", linewidth=1.6)
    names = [f"{part.title} ({len(rows_of(part, results))})" for part in parts]
    axis.set(yticks=range(len(parts)), yticklabels=names, ylim=(len(parts) - 0.5, -0.5))
    axis.set_xlabel(label)
    axis.grid(axis="x", color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    sns.despine(ax=axis, left=True)
