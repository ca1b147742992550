"""How it was done: endpoint, plan, training, machine, versions, how to repeat and cite."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thresher import __version__, analyses
from thresher import format as say
from thresher.report.answer import family
from thresher.report.material import Material
from thresher.results import Results
from thresher.sources import Source
from thresher.study.fixing import changes
from thresher.study.names import argument
from thresher.study.plan import Arm, CommandSource, Study
from thresher.training_options import SHARED, Training

_PAIRINGS = {
    "data+weights": (
        "Runs of equal seed see the same data in every arm, and the same initial weights wherever "
        "shapes allow; they are compared in pairs."
    ),
    "data": (
        "Runs of equal seed see the same data in every arm, with initial weights of their own; "
        "they are compared in pairs."
    ),
    "none": "Arms share neither data nor initial weights, so runs are compared unpaired.",
}
_EPOCHS = {
    False: "fresh in every epoch",
    True: "an epoch a pass over the data set in an order of its own",
}
_IMPORTED = {
    True: "Runs of equal seed belong together, as the study says; they are compared in pairs.",
    False: "Runs of equal seed do not belong together; they are compared unpaired.",
}


@dataclass(frozen=True)
class Block:
    """A heading with sentences, a list, or lines to copy."""

    title: str
    texts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Method:
    """All of it, and the specification word for word."""

    blocks: tuple[Block, ...]
    specification: str


def method(material: Material) -> Method:
    """Say how this study was done."""
    results, study = material.results, material.results.study
    blocks = [_endpoint(study), _analysis(material)]
    if study.training:
        blocks += [_training(study), _arms(study)]
    else:
        blocks += [_command(study, study.command) if study.command else _runs(results)]
    blocks += [_machine(material)] if material.runs else []
    blocks += [_reproduce(study), _methods(results), _cite(study)]
    content = json.loads(study.document())
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    return Method(tuple(blocks), text)


def _endpoint(study: Study) -> Block:
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


def _passes(study: Study) -> bool:
    """Tell whether an epoch is a pass over a data set."""
    return study.task is not None and "last_batch" in study.task.options


def _held_out(study: Study, training: Training) -> str:
    """Say how large a held-out set is, to follow it."""
    if study.task is not None and _passes(study):
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
    texts = [
        f"{test}; intervals by inverting the test; equivalence by two one-sided tests within "
        f"±{say.fraction(plan.margin)} of the reference, at the level {say.number(plan.alpha)}.",
        *_assumptions(results),
        *_adjusted(results),
        fixed(material),
    ]
    deviations = study.deviations()
    if deviations:
        texts.append("The study file departs from the default plan:")
    else:
        texts.append("The study file departs from the default plan in nothing.")
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


def _training(study: Study) -> Block:
    task, training = study.task, study.training
    assert task is not None
    assert training is not None
    options = _options(task.options)
    return Block(
        "Training",
        (
            f"Task {task.name}{options}; loss {training.loss}; optimizer {training.optimizer}, "
            f"learning rate {_rate(training)}; batches of {say.count(training.batch_size)}, "
            f"{_EPOCHS[_passes(study)]}; {say.duration(training.epochs, study.axis)}.",
            _PAIRINGS[study.pairing],
            f"{say.several(study.seeds, 'seed')} an arm, drawn from the entropy {study.entropy}. "
            f"{say.several(training.lane_width, 'run')} are trained at once as one program; a "
            "run's trace depends on its specification and seed alone.",
        ),
    )


def _options(options: Any) -> str:
    said = say.listed([f"{key} {value}" for key, value in options.items()])
    return f" ({said})" if said else ""


def _rate(training: Training) -> str:
    rate = training.learning_rate
    if rate is None:
        return "the optimizer's own"
    return say.number(rate, 6) if isinstance(rate, (int, float)) else json.dumps(rate)


def _runs(results: Results) -> Block:
    """Say of runs that were made elsewhere what is known."""
    arms = results.table("arms")
    n, sizes = int(arms["n"].sum()), sorted(set(arms["n"]))
    each = say.count(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    return Block(
        "Runs",
        (
            f"{say.several(n, 'run')} of {say.several(len(arms), 'arm')}, {each} an arm, were made "
            "elsewhere; how they were trained is not recorded here.",
            _IMPORTED[results.study.paired],
            *_read(results.study),
        ),
    )


def _read(study: Study) -> Iterator[str]:
    """Say what the runs were read from."""
    if study.imported is not None:
        files = say.several(study.imported.files, "file")
        formats = say.listed(study.imported.formats)
        yield f"They were read from {files}{f' ({formats})' if formats else ''}."


def _command(study: Study, source: CommandSource) -> Block:
    """Say what program made the runs, and with which options."""
    texts = [
        f"A program made each run, started once for each arm and seed: {source.command}",
        f"{say.several(study.seeds, 'seed')} an arm. {_IMPORTED[study.paired]}",
    ]
    if source.environment:
        texts.append(f"Environment: {say.listed(_pairs(source.environment))}.")
    if source.code:
        texts.append(f"Its code: {say.listed(source.code)}.")
    arms = [f"{study.label(arm.label)}{_options(arm.model_options)}" for arm in study.arms]
    return Block("Runs", tuple(texts), tuple(arms))


def _pairs(values: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


def _arms(study: Study) -> Block:
    return Block("Arms", (), tuple(_arm(study, arm) for arm in study.arms))


def _arm(study: Study, arm: Arm) -> str:
    size = "" if arm.parameters is None else f", {say.several(arm.parameters, 'parameter')}"
    own = [
        f"{key} {json.dumps(value)}"
        for key, value in vars(arm.training).items()
        if value != getattr(study.training, key)
    ]
    apart = f"; trained with {say.listed(own)}" if own else ""
    return f"{study.label(arm.label)}: model {arm.model}{_options(arm.model_options)}{size}{apart}"


def _machine(material: Material) -> Block:
    runs, axis = material.runs, material.results.study.axis.unit
    seconds, epochs = (sum(run[key] for run in runs) for key in ("seconds", "run_epochs"))
    processors = sorted({run["processor"] for run in runs})
    accelerators = sorted({name for run in runs for name in run["accelerators"]})
    packages = runs[0]["packages"]
    versions = sorted({run["python"] for run in runs})
    made = "Training" if material.results.study.training else "The runs"
    return Block(
        "Machine and versions",
        (
            f"{made} took {say.number(seconds)} s of job time, summed over "
            f"{say.several(len(runs), 'block')}, for {say.count(epochs)} run-{axis} "
            f"({say.count(epochs / max(seconds, 1e-9))} a second and job), on "
            f"{say.listed([*processors, *accelerators])}.",
        ),
        (
            f"Python {', '.join(versions)}",
            *(f"{name} {version}" for name, version in packages.items()),
        ),
    )


def _reproduce(study: Study) -> Block:
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
