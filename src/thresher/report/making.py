"""How the runs were made: trained here, by a program, or elsewhere; on which machine."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thresher import format as say
from thresher.report.material import Material
from thresher.results import Results
from thresher.study.plan import Arm, CommandSource, Study
from thresher.training_options import Training

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


def passes(study: Study) -> bool:
    """Tell whether an epoch is a pass over a data set."""
    return study.task is not None and "last_batch" in study.task.options


def training(study: Study) -> Block:
    """Say of runs that were trained here how."""
    task, training = study.task, study.training
    assert task is not None
    assert training is not None
    options = _options(task.options)
    return Block(
        "Training",
        (
            f"Task {task.name}{options}; loss {training.loss}; optimizer {training.optimizer}, "
            f"learning rate {_rate(training)}; batches of {say.count(training.batch_size)}, "
            f"{_EPOCHS[passes(study)]}; {say.duration(training.epochs, study.axis)}.",
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


def runs(results: Results) -> Block:
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


def command(study: Study, source: CommandSource) -> Block:
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


def arms(study: Study) -> Block:
    """List the arms: model, options, size, and what they are trained with differently."""
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


def machine(material: Material) -> Block:
    """Say how long it took, on what, and with which versions."""
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
