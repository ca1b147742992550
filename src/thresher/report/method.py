"""How it was done: endpoint, plan, training, machine, versions, how to repeat and cite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thresher import __version__
from thresher import format as say
from thresher.report.inputs import Inputs
from thresher.report.words import listed

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


def method(inputs: Inputs) -> Method:
    """Say how this study was done."""
    blocks = [_endpoint(inputs), _analysis(inputs), _training(inputs), _arms(inputs)]
    blocks += [_machine(inputs)] if inputs.runs else []
    blocks += [_reproduce(inputs.settings), _cite(inputs.settings)]
    text = json.dumps(inputs.settings, indent=2, ensure_ascii=False, sort_keys=True)
    return Method(tuple(blocks), text)


def _endpoint(inputs: Inputs) -> Block:
    settings = inputs.settings
    sustain, every = settings["endpoint"]["sustain"], settings["training"]["evaluate_every"]
    source = settings["endpoint"]["threshold_source"]
    baseline = inputs.settings["task"]["baseline"]
    texts = [
        f"Epochs to threshold: the first of {say.count(sustain)} consecutive evaluations with a "
        f"held-out loss at or below {say.nats(inputs.threshold)} (from the {source}). Evaluated on "
        f"one fixed held-out set of {say.count(settings['training']['evaluation_size'])} "
        f"sequences, the same for every arm and seed, every {say.epochs(every)}, at epoch 0 too. "
        f"A run that does not get there within {say.epochs(inputs.budget)} is censored there."
    ]
    if baseline is not None:
        texts.append(
            f"The position baseline of this task is {say.nats(baseline)}: the loss of a model that "
            "knows the position in the sequence but not its inputs. Below it a model has learned "
            "to use them."
        )
    return Block("Endpoint", tuple(texts))


def _analysis(inputs: Inputs) -> Block:
    analysis = inputs.settings["analysis"]
    test = (
        "Two-sided sign-flip test of the paired differences of min(epochs to threshold, budget), "
        f"all flips up to 20 seeds, beyond them {say.count(analysis['flips'])} random ones"
        if inputs.settings["paired"]
        else "Two-sided studentised permutation test of min(epochs to threshold, budget), "
        f"{say.count(analysis['flips'])} relabellings at most"
    )
    texts = [
        f"{test}; intervals by inverting the test; Holm's adjustment over the contrasts at "
        f"{say.number(analysis['alpha'])}; equivalence by two one-sided tests within "
        f"±{say.fraction(analysis['margin'])} of the reference. The plan was fixed before the "
        "results were looked at."
    ]
    deviations = inputs.settings["deviations"]
    if deviations:
        texts.append("The study file departs from the default plan:")
    else:
        texts.append("The study file departs from the default plan in nothing.")
    return Block("Analysis plan", tuple(texts), tuple(deviations))


def _training(inputs: Inputs) -> Block:
    settings, training = inputs.settings, inputs.settings["training"]
    task, rate = settings["task"], training["learning_rate"]
    options = listed([f"{key} {value}" for key, value in task["options"].items()])
    rate_text = rate if isinstance(rate, (int, float)) else json.dumps(rate)
    return Block(
        "Training",
        (
            f"Task {task['name']} ({options}); loss {training['loss']}; optimizer "
            f"{training['optimizer']}, learning rate {rate_text}; batches of "
            f"{say.count(training['batch_size'])}, fresh in every epoch; "
            f"{say.epochs(training['epochs'])}.",
            _PAIRINGS[settings["pairing"]],
            f"{say.count(settings['seeds'])} seeds an arm, drawn from the entropy "
            f"{settings['entropy']}. {say.count(training['lane_width'])} runs are trained at once "
            "as one program; a run's trace depends on its specification and seed alone.",
        ),
    )


def _arms(inputs: Inputs) -> Block:
    return Block("Arms", (), tuple(_arm(inputs, arm) for arm in inputs.settings["arms"]))


def _arm(inputs: Inputs, arm: Mapping[str, Any]) -> str:
    options = listed([f"{key} {value}" for key, value in arm["model_options"].items()])
    label = inputs.label(arm["label"])
    size = f"{say.count(arm['parameters'])} parameters"
    base = inputs.settings["training"]
    own = [
        f"{key} {json.dumps(value)}"
        for key, value in arm["training"].items()
        if value != base.get(key)
    ]
    apart = f"; trained with {listed(own)}" if own else ""
    return f"{label}: model {arm['model']} ({options}), {size}{apart}"


def _machine(inputs: Inputs) -> Block:
    runs = inputs.runs
    seconds, epochs = (sum(run[key] for run in runs) for key in ("seconds", "run_epochs"))
    processors = sorted({run["processor"] for run in runs})
    accelerators = sorted({name for run in runs for name in run["accelerators"]})
    packages = runs[0]["packages"]
    versions = sorted({run["python"] for run in runs})
    return Block(
        "Machine and versions",
        (
            f"Training took {say.number(seconds)} s of job time, summed over "
            f"{say.count(len(runs))} {say.plural(len(runs), 'block')}, for "
            f"{say.count(epochs)} run-epochs ({say.count(epochs / max(seconds, 1e-9))} a second "
            f"and job), on {listed([*processors, *accelerators])}.",
        ),
        (
            f"Python {', '.join(versions)}",
            *(f"{name} {version}" for name, version in packages.items()),
        ),
    )


def _reproduce(settings: Mapping[str, Any]) -> Block:
    return Block(
        "Do it again",
        ("In a clone of thresher with its environment set up, on the same study file:",),
        code=f".venv/bin/snakemake --cores all --config study={settings['path']}",
    )


def _cite(settings: Mapping[str, Any]) -> Block:
    text = (
        f"thresher {__version__}: separating real differences between training configurations "
        f"from seed luck. Study {settings['name']}, {say.count(settings['seeds'])} seeds an arm."
    )
    return Block("How to cite", (text, "The repository's CITATION.cff has it for tools."))
