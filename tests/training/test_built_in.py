"""Every model and task that is built in trains by lanes as it does in Keras."""

import numpy as np
import pytest
from training_reference import keras_losses

from thresher import decoding, models, tasks
from thresher.losses import of as losses_of
from thresher.training import Streams, Training, train_block
from thresher.training.job import task_and_model

EPOCHS, SEEDS = 12, (1, 2)
DROPOUT = {"dropout": 0.25, "recurrent_dropout": 0.25}
SHORT = {"timesteps": 3, "units": 4, "filters": 3, "depth": 2}


def chosen(options, **given) -> dict:
    """Defaults, but short sequences, small layers, and what is given, where there are such."""
    defaults = {name: option.default for name, option in options.items()}
    changed = {name: value for name, value in {**SHORT, **given}.items() if name in defaults}
    return {**defaults, **changed}


def is_fresh(task: str) -> bool:
    """Tell whether a task draws fresh examples; data sets have tests of their own."""
    return tasks.load(task).data is None


# Every model with one output a timestep, and with one a sequence; every task with one model.
CASES = [
    *((model, "echo", {}) for model in models.NAMES),
    *((model, "adding_problem", DROPOUT) for model in models.NAMES),
    *(("lstm", task, {}) for task in tasks.NAMES if task != "echo" and is_fresh(task)),
]


@pytest.mark.parametrize(("model", "task", "given"), CASES)
def test_a_model_trains_on_a_task_as_in_keras(model, task, given):
    declared, built = tasks.load(task), models.load(model)
    job = {
        "task": {"name": task, "options": chosen(declared.options)},
        "model": {"name": model, "options": chosen(built.options, **given)},
    }
    source, build = task_and_model(job)
    options = Training(
        epochs=EPOCHS,
        batch_size=3,
        evaluate_every=EPOCHS,
        evaluation_size=16,
        loss=declared.loss,
        # Adam's first steps depend on the signs of gradients, which rounding may decide.
        optimizer="sgd",
        learning_rate=0.1,
        lane_width=3,
    )
    block = train_block(build, source, SEEDS, options, Streams(entropy=5))
    losses, final = keras_losses(build, source, SEEDS, options, Streams(entropy=5))
    np.testing.assert_allclose(block.loss, losses, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(block.eval_loss[:, -1], final, rtol=1e-5, atol=1e-7)
    assert losses.std() > 0
    read = decoding.read(declared, job["task"]["options"], block.examples, block.predictions)
    assert np.isfinite(read.decoded).all()
    assert np.isfinite(block.accuracy).all() == losses_of(declared.loss).has_accuracy
