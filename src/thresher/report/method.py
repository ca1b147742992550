"""How it was done: endpoint, plan, training, machine, versions, how to repeat and cite."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thresher import __version__, analyses
from thresher import format as say
from thresher.report import making
from thresher.report.answer import family
from thresher.report.making import Block
from thresher.report.material import Material
from thresher.results import Results
from thresher.sources import Source
from thresher.study.fixing import changes
from thresher.study.names import argument
from thresher.study.plan import Study
from thresher.training_options import SHARED, Training


@dataclass(frozen=True)
class Method:
    """All of it, and the specification word for word."""

    blocks: tuple[Block, ...]
    specification: str


def method(material: Material) -> Method:
    """Say how this study was done."""
    results, study = material.results, material.results.study
    blocks = [_endpoint(results), _analysis(material)]
    if study.training:
        blocks += [making.training(study), making.arms(study)]
    else:
        blocks += [making.command(study, study.command) if study.command else making.runs(results)]
    blocks += [making.machine(material)] if material.runs else []
    blocks += [_reproduce(study), _methods(results), _cite(study)]
    content = json.loads(study.document())
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    return Method(tuple(blocks), text)


def _endpoint(results: Results) -> Block:
    study = results.study
    goal, metric, axis = study.endpoint, study.metric, study.axis
    unit = axis.unit[:1].upper() + axis.unit[1:]
    smooth = ""
    if goal.smooth:
        smooth = f", each taken as its trailing mean over {say.duration(goal.smooth, axis)},"
    first = "the first evaluation"
    if goal.sustain > 1:
        first = f"the first of {say.count(goal.sustain)} consecutive evaluations"
    texts = [
        f"{unit} to threshold: {first}{smooth} with a {metric.label} {metric.side} "
        f"{say.measure(goal.threshold, metric)} (from the {goal.threshold_source}). "
        f"{_evaluated(study)}A run that does not get there within "
        f"{say.duration(goal.budget, axis)} is censored there."
    ]
    if results.longest > goal.budget:
        texts.append(
            "Kaplan–Meier curves and rank tests have runs followed to their own end, up to "
            f"{say.duration(results.longest, axis)}, which takes a run’s length as having nothing "
            "to do with how it went; a run that diverged stays at risk to the end. Restricted "
            "means up to the common budget, within which every run is observed, and the verdicts "
            "that rest on them do not need that."
        )
    baseline = study.task.baseline if study.task else None
    if baseline is not None and metric.name == "eval_loss":
        texts.append(
            f"The position baseline of this task is {say.measure(baseline, metric)}: the loss of a "
            "model that knows the position in the sequence but not its inputs. Below it a model "
            "has learned to use them."
        )
    return Block("Endpoint", tuple(texts))


def _evaluated(study: Study) -> str:
    """Say on which held-out set, where runs were trained here."""
    training = study.training
    if training is None:
        return ""
    size, at = _held_out(study, training), f"{say.every(study)}, at {study.axis.name} 0 too. "
    if study.metric.data != "held-out":
        return f"Evaluated {at}"
    if training.evaluation == SHARED:
        return (
            f"Evaluated on one fixed held-out set {size}, the same for every arm and "
            f"seed, {at}What is found holds on this held-out set: how much another would change "
            "it is not in the intervals. "
        )
    if study.paired:
        return f"Each seed has its own held-out set {size}, shared by all arms; evaluated {at}"
    return f"Each run has its own held-out set {size}; evaluated {at}"


def _held_out(study: Study, training: Training) -> str:
    """Say how large a held-out set is, to follow it."""
    if study.task is not None and making.passes(study):
        share = say.fraction(float(study.task.options["held_out"]))
        return f"of the data ({share} of the examples, or the task's own)"
    return f"of {say.count(training.evaluation_size)} sequences"


def _analysis(material: Material) -> Block:
    results, study = material.results, material.results.study
    plan, time = study.analysis, f"min({study.axis.unit} to threshold, budget)"
    test = (
        f"Two-sided sign-flip test of the paired differences of {time}, all flips up to 20 seeds, "
        f"beyond them {say.count(plan.flips)} random ones"
        if study.paired
        else f"Two-sided studentised permutation test of {time}, {say.count(plan.flips)} "
        "relabellings at most"
    )
    if results.table("contrasts").empty:
        return Block("Analysis plan", ("Nothing is compared, so nothing is tested.",))
    texts = [
        f"{test}; intervals by inverting the test; equivalence by two one-sided tests within "
        f"±{say.fraction(plan.margin)} of the reference, at the level {say.number(plan.alpha)}.",
        *_assumptions(results),
        *_adjusted(results),
        fixed(material),
    ]
    deviations = study.deviations()
    if deviations:
        texts.append("It departs from the default plan:")
    else:
        texts.append("It departs from the default plan in nothing.")
    return Block("Analysis plan", tuple(texts), tuple(deviations))


def fixed(material: Material) -> str:
    """Say whether the plan was fixed before there was anything to look at."""
    study, then = material.results.study, material.plan
    if study.training is None and study.command is None:
        return (
            "The runs existed before this analysis; whether its plan was fixed before they were "
            "looked at is not recorded here."
        )
    begun = "training" if study.training else "the first run"
    if then is None:
        return f"Whether the plan was fixed before {begun} began is not recorded."
    since = changes(then, study)
    if not since:
        return f"The plan was fixed before {begun} began."
    return f"The plan was changed after {begun} had begun: {'; '.join(since)}."


def _assumptions(results: Results) -> Iterator[str]:
    """Say what the interval and equivalence take for granted."""
    if results.table("contrasts").empty:
        return
    if results.study.paired:
        yield (
            "The interval of a difference takes the paired differences less their centre as "
            "symmetric. Percent and equivalence take arms to differ by a factor, a scale model: "
            "what is symmetric is a run less that factor times its partner."
        )
    else:
        yield (
            "The interval of a difference takes arms to differ by a shift, up to their spread. "
            "Percent and equivalence take them to differ by a factor, a scale model."
        )


def _adjusted(results: Results) -> Iterator[str]:
    contrasts, study = results.table("contrasts"), results.study
    if contrasts.empty:
        return
    row = contrasts.iloc[0]
    yield f"P-values are {family(results)}."
    if row["contrasts"] > 1:
        yield (
            "Simultaneous intervals, in the table of contrasts, hold together: all of them cover "
            f"the truth with {say.confidence(1 - study.analysis.alpha)} confidence, so each by "
            f"itself has {say.confidence(round(float(row['confidence_family']), 4))}. Those in the "
            "sentences hold for their contrast alone."
        )
    if study.contrast_reference and len(results.table("pairs")) > len(contrasts):
        yield (
            "All pairs are a second family, adjusted by itself and exploratory: no verdict above "
            "rests on it."
        )


def _reproduce(study: Study) -> Block:
    if not study.path:
        return Block(
            "Do it again",
            ("Made by a call of thresher.compare; the specification below has its options.",),
        )
    again = f"study={argument(study.path)}"
    return Block(
        "Do it again",
        ("In a clone of thresher with its environment set up, on the same study file:",),
        code=f".venv/bin/snakemake --cores all --config {shlex.quote(again)}",
    )


def _methods(results: Results) -> Block:
    """List the publications of the methods that this study used."""
    return Block("Methods to cite", (), tuple(f"{s.method}: {s.reference}." for s in used(results)))


def used(results: Results) -> Sequence[Source]:
    """Return the sources of all analyses that found something, each once."""
    found: dict[Source, None] = {}
    for analysis in analyses.every().values():
        if results.has(*analysis.tables):
            found |= dict.fromkeys(analysis.cited(results))
    return tuple(found)


def _cite(study: Study) -> Block:
    text = (
        f"thresher {__version__}: separating real differences between training configurations "
        f"from seed luck. Study {study.name}, {say.several(study.seeds, 'seed')} an arm."
    )
    return Block("How to cite", (text, "The repository's CITATION.cff has it for tools."))
