"""Lanes never mix, and a lane that diverges is recorded so."""

import numpy as np
import pytest
from training_cases import MODELS, Examples, dense, options, sequential

from thresher.training import Streams, train_block
from thresher.training.evaluation import EVALUATED
from thresher.training.lanes import TRAINED, Lanes
from thresher.training.recurrent import prepare
from thresher.training.weights import build, initial

EPOCHS, WIDTH, VICTIM = 6, 4, 2
OTHERS = [lane for lane in range(WIDTH) if lane != VICTIM]
CASES = {
    "LSTM": ("LSTM", {}),
    "clipping by the norm of all gradients": ("LSTM", {"global_clipnorm": 0.05}),
    "scanned LSTM": ("LSTM, too long to be unrolled", {}),
    "scanned GRU": ("GRU, too long to be unrolled", {}),
    "scanned SimpleRNN": ("SimpleRNN, too long to be unrolled", {}),
    **{name: (name, {}) for name in ("GRU", "recurrent dropout", "BatchNormalization")},
    **{name: (name, {}) for name in ("MultiHeadAttention", "kernel constraint")},
}


class Bench:
    """Four lanes of a model, their first values, and data for some epochs."""

    def __init__(self, name, optimizer_options):
        build_model, task = MODELS[name]
        built, streams, generator = build(build_model), Streams(3), np.random.default_rng(1)
        model = built.model
        self.trainable = initial(built, model.trainable_variables, streams, range(WIDTH))
        self.fixed = initial(built, model.non_trainable_variables, streams, range(WIDTH))
        prepare(model)
        self.lanes = Lanes(
            model,
            options(evaluate_every=2, batch_size=2, optimizer_options=optimizer_options),
            WIDTH,
        )
        drawn = task.draw(generator, EPOCHS * WIDTH * 2)
        self.x, self.y = (v.reshape(EPOCHS, WIDTH, 2, *v.shape[1:]) for v in drawn)
        held_out = task.held_out(generator, WIDTH * 16)
        self.held_out = tuple(v.reshape(WIDTH, 16, *v.shape[1:]) for v in held_out)

    def train(self, factor=1.0, shift=0.0):
        """Change the victim's inputs or its first weights; return all traces, lanes last."""
        trainable = [np.array(value) for value in self.trainable]
        for value in trainable:
            value[VICTIM] += shift
        x = self.x.copy()
        x[1:, VICTIM] *= factor
        self.lanes.reset(trainable, self.fixed)
        traces = self.lanes.train(0, x, self.y, self.held_out)
        return np.concatenate([values.reshape(-1, WIDTH) for values in traces])


@pytest.mark.parametrize("name", CASES)
def test_one_lane_changes_no_bit_of_another(name):
    bench = Bench(*CASES[name])
    plain = bench.train()
    assert np.isfinite(plain).all()
    for change in ({"factor": 0.5}, {"factor": np.nan}, {"factor": 1e30}, {"shift": 0.1}):
        changed = bench.train(**change)
        assert np.array_equal(plain[:, OTHERS], changed[:, OTHERS])
        assert not np.array_equal(plain[:, VICTIM], changed[:, VICTIM])


class Poisoned(Examples):
    """The inputs of one seed are not finite from some epoch on."""

    def draw(self, generator, n):
        x, y = super().draw(generator, n)
        seed = generator.bit_generator.seed_seq.spawn_key[1:]
        if seed == (VICTIM,):
            x[4:] = np.inf
        return x, y


@pytest.mark.parametrize("width", [1, 4])
def test_a_lane_is_diverged_from_the_epoch_on_at_which_its_loss_is_not_finite(width):
    model = sequential(dense(), inputs=(3,))
    given = options(epochs=EPOCHS, evaluate_every=2, lane_width=width)
    clean = train_block(model, Examples((3,), (1,)), range(4), given)
    block = train_block(model, Poisoned((3,), (1,)), range(4), given)
    assert clean.diverged_at.tolist() == [-1] * 4
    assert block.diverged_at.tolist() == [-1, -1, 5, -1]
    assert np.isnan(block.loss[VICTIM]).tolist() == [False] * 4 + [True] * 2
    assert np.isnan(block.accuracy[VICTIM]).tolist() == [False] * 4 + [True] * 2
    for name in EVALUATED:
        assert np.isnan(getattr(block, name)[VICTIM]).tolist() == [False] * 3 + [True]
    for name in (*TRAINED, *EVALUATED, "predictions"):
        assert np.array_equal(getattr(clean, name)[OTHERS], getattr(block, name)[OTHERS])
