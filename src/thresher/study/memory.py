"""About how much memory training takes, said before it starts where it is much."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import sqrt
from pathlib import Path

from thresher import decoding, machine, models, own, tasks
from thresher.declarations import TaskDeclaration
from thresher.study import needs
from thresher.study.plan import Arm, Study
from thresher.training_options import AT_ONCE, Training

LANES = 2e9
"""Bytes that all lanes of a job should stay below."""
# Measured, beyond a job of a small model: 1.66 GB for 32 lanes of a dense model of 2.3 million
# parameters, and 0.69 GB for LSTM(128), 28 timesteps, batch 64. What follows says 1.90 and 0.64.
_NUMBER = 4  # bytes
# Weights, gradients, the two averages of Adam, and what an update makes of them.
_COPIES = 6
# Numbers that a step keeps of each timestep for its backward pass, as multiples of the square root
# of the parameters, which is about a layer's width; an evaluation keeps fewer.
_KEPT, _EVALUATED = 10, 3


def lanes(training: Training, parameters: int, timesteps: int) -> float:
    """Return about how many bytes all lanes take.

    Parameters
    ----------
    training : Training
    parameters : int
        Trainable ones of the model.
    timesteps : int
        At which it is applied to an example; 1 where it takes all at once.
    """
    examples = max(_KEPT * training.batch_size, _EVALUATED * min(training.evaluation_size, AT_ONCE))
    numbers = _COPIES * parameters + examples * timesteps * sqrt(parameters)
    return _NUMBER * training.lane_width * numbers


def warnings_of(
    study: Study,
    folder: Path | None = None,
    counted: Mapping[str, int] | None = None,
    has: int | None = None,
) -> Iterator[str]:
    """Say where a job needs more memory than there is, or its lanes more than they should.

    Parameters
    ----------
    study : Study
    folder : Path or None
        That of the study file, to read its data from; None: what is known without is judged.
    counted : mapping of str to int, optional
        Parameters of arms whose models are known by building only.
    has : int or None
        Bytes of the machine; None for this one's.
    """
    declared = _task(study, folder, counted)
    if study.task is None or declared is None:
        return
    options = _located(study, declared, folder)
    has = machine.memory() if has is None else has
    found = []
    for arm in study.arms:
        parameters = (counted or {}).get(arm.label) or _parameters(arm, declared, options)
        if parameters is not None and arm.training is not None:
            taken = lanes(arm.training, parameters, _timesteps(arm, declared, options))
            found.append((taken, arm.label, arm.training))
    if not found:
        return
    taken, label, training = max(found, key=lambda one: one[0])
    job = needs.TRAINING.memory(needs.size_of_block(study)) * 1e6 + taken
    remedy = f"training.lane_width ({training.lane_width}) or batch_size ({training.batch_size})"
    begin = f"{study.path}: arm {label}: {training.lane_width} lanes will need about"
    if has is not None and job > has:
        yield (
            f"{begin} {_gb(taken)} of memory and their job {_gb(job)}, but this machine has "
            f"{_gb(has)}; lower {remedy}"
        )
    elif taken > LANES:
        yield f"{begin} {_gb(taken)} of memory, more than {_gb(LANES)}; a lower {remedy} needs less"


def _task(
    study: Study, folder: Path | None, counted: Mapping[str, int] | None
) -> TaskDeclaration | None:
    """Return the task, where the shape of its inputs may be asked for."""
    if study.task is None or study.training is None:
        return None
    if study.task.name in tasks.NAMES:
        declared = tasks.load(study.task.name)
        if declared.data is not None and folder is None:
            return None
    elif folder is not None and counted is not None:
        declared = own.load_task(study.task.name, folder)
    else:
        return None
    return replace(declared, loss=study.training.loss)


def _located(
    study: Study, task: TaskDeclaration, folder: Path | None
) -> dict[str, bool | int | float | str]:
    assert study.task is not None
    options = dict(study.task.options)
    return options | {name: str(Path(folder or ".", str(options[name]))) for name in task.files}


def _parameters(
    arm: Arm, task: TaskDeclaration, options: Mapping[str, bool | int | float | str]
) -> int | None:
    """Count an arm's parameters; None where that takes building its model."""
    model = models.load(arm.model) if arm.model in models.NAMES else None
    if arm.parameters is not None or arm.match is not None:
        return arm.parameters
    if model is None or model.parameters is None:
        return None
    return decoding.declared_parameters(model, arm.model_options, task, options)


def _timesteps(
    arm: Arm, task: TaskDeclaration, options: Mapping[str, bool | int | float | str]
) -> int:
    at_once = arm.model in models.NAMES and models.load(arm.model).at_once
    shape = task.inputs(options)
    return 1 if at_once or (len(shape) < 2 and task.words is None) else int(shape[0])


def _gb(size: float) -> str:
    return f"{size / 1e9:.3g} GB"
