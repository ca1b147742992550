"""The yardstick of `real_work.py`: its models written by hand in JAX, many seeds at once.

`vmap` over seeds, `lax.scan` over epochs and steps, Adam with Keras' defaults. The data lie in
memory once, each seed gathers its batches by index, and is evaluated on its own held-out fifth
after each epoch. Prints one JSON line: wall and processor seconds of each round, the mean loss of
the first epoch, and peak memory.
"""

import argparse
import json
import resource
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from yardstick_jax import adam, initial_layer

CLASSES = 10
HEADS, DEPTH = 2, 2


def dense_weights(key, inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    kernel = jax.random.uniform(key, (inputs, outputs), minval=-limit, maxval=limit)
    return {"kernel": kernel, "bias": jnp.zeros(outputs)}


def dense(weights, x):
    return x @ weights["kernel"] + weights["bias"]


def mlp_weights(key, shape, units=64):
    keys = jax.random.split(key, 3)
    sizes = [shape[0], units, units, CLASSES]
    return [dense_weights(*each) for each in zip(keys, sizes[:-1], sizes[1:], strict=True)]


def mlp(weights, x):
    for layer in weights[:-1]:
        x = jax.nn.relu(dense(layer, x))
    return dense(weights[-1], x)


def lstm_weights(key, shape, units, directions=1):
    keys = jax.random.split(key, directions + 1)
    layers = [initial_layer(k, shape[1], units) for k in keys[1:]]
    return {"layers": layers, "head": dense_weights(keys[0], directions * units, CLASSES)}


def last_output(weights, x, unroll):
    """x: [batch, timesteps, features] → [batch, units]."""
    projected = jnp.swapaxes(x @ weights["kernel"] + weights["bias"], 0, 1)

    def step(state, projection):
        hidden, cell = state
        i, f, c, o = jnp.split(projection + hidden @ weights["recurrent"], 4, axis=-1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(c)
        return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

    zeros = jnp.zeros((x.shape[0], weights["recurrent"].shape[0]))
    return jax.lax.scan(step, (zeros, zeros), projected, unroll=unroll)[0][0]


def lstm(weights, x):
    unroll = x.shape[1] if x.shape[1] <= 10 else 1
    given = [x, x[:, ::-1]]
    outputs = [last_output(w, s, unroll) for w, s in zip(weights["layers"], given, strict=False)]
    return dense(weights["head"], jnp.concatenate(outputs, -1))


def convolution_weights(key, shape, filters=8):
    keys = jax.random.split(key, 3)
    layers = [_filters(keys[0], shape[2], filters), _filters(keys[1], filters, 2 * filters)]
    size = ((shape[0] - 2) // 2 - 2) // 2
    return {"layers": layers, "head": dense_weights(keys[2], size * size * 2 * filters, CLASSES)}


def _filters(key, inputs, outputs):
    limit = (6 / (9 * inputs + 9 * outputs)) ** 0.5
    kernel = jax.random.uniform(key, (3, 3, inputs, outputs), minval=-limit, maxval=limit)
    return {"kernel": kernel, "bias": jnp.zeros(outputs)}


def convolution(weights, x):
    for layer in weights["layers"]:
        x = jax.lax.conv_general_dilated(
            x, layer["kernel"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + layer["bias"])
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return dense(weights["head"], x.reshape(x.shape[0], -1))


def transformer_weights(key, shape, units=32):
    keys = iter(jax.random.split(key, 3 + 6 * DEPTH))
    layers = [
        {
            **{
                n: dense_weights(next(keys), units, units) for n in ("query", "key", "value", "out")
            },
            "inner": dense_weights(next(keys), units, 4 * units),
            "outer": dense_weights(next(keys), 4 * units, units),
            "norms": [_norm_weights(units) for _ in range(2)],
        }
        for _ in range(DEPTH)
    ]
    return {
        "begin": dense_weights(next(keys), shape[1], units),
        "positions": 0.05 * jax.random.normal(next(keys), (shape[0], units)),
        "layers": layers,
        "norm": _norm_weights(units),
        "head": dense_weights(next(keys), units, CLASSES),
    }


def _norm_weights(units):
    return {"scale": jnp.ones(units), "shift": jnp.zeros(units)}


def normal(weights, x):
    centred = x - x.mean(-1, keepdims=True)
    scale = jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-3)
    return centred * scale * weights["scale"] + weights["shift"]


def attention(weights, x):
    """x: [batch, timesteps, units]."""
    shape = (*x.shape[:2], HEADS, -1)
    query, key, value = (dense(weights[n], x).reshape(shape) for n in ("query", "key", "value"))
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) / query.shape[-1] ** 0.5
    mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), value)
    return dense(weights["out"], mixed.reshape(x.shape))


def transformer(weights, x):
    x = dense(weights["begin"], x) + weights["positions"]
    for layer in weights["layers"]:
        x = x + attention(layer, normal(layer["norms"][0], x))
        inner = jax.nn.relu(dense(layer["inner"], normal(layer["norms"][1], x)))
        x = x + dense(layer["outer"], inner)
    return dense(weights["head"], normal(weights["norm"], x).mean(1))


WORKS = {
    "mlp": (mlp_weights, mlp),
    "lstm": (partial(lstm_weights, units=32), lstm),
    "bilstm": (partial(lstm_weights, units=64, directions=2), lstm),
    "lstm_128": (partial(lstm_weights, units=128), lstm),
    "convolution": (convolution_weights, convolution),
    "transformer": (transformer_weights, transformer),
}


def judged(model, weights, x, y):
    """Return the mean loss and accuracy."""
    logarithms = jax.nn.log_softmax(model(weights, x))
    found = jnp.take_along_axis(logarithms, y[:, None], 1)
    return -found.mean(), (logarithms.argmax(-1) == y).mean()


def train(weights, orders, held_out, x, y, model, batch):
    """One run: orders [epochs, examples], rows of the data → losses, accuracies, evaluations."""
    gradient = jax.value_and_grad(partial(judged, model), has_aux=True)
    count = orders.shape[1]
    full = count // batch

    def step(carry, rows):
        weights, moments, done = carry
        measured, gradients = gradient(weights, x[rows], y[rows])
        weights, moments = adam(weights, moments, gradients, done + 1)
        return (weights, moments, done + 1), jnp.stack(measured) * len(rows)

    def epoch(carry, order):
        carry, measured = jax.lax.scan(step, carry, order[: full * batch].reshape(full, batch))
        total = measured.sum(0)
        if count % batch:
            carry, rest = step(carry, order[full * batch :])
            total += rest
        return carry, (total / count, judged(model, carry[0], x[held_out], y[held_out]))

    zeros = jax.tree.map(jnp.zeros_like, weights)
    return jax.lax.scan(epoch, (weights, (zeros, zeros), 0.0), orders)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("file", help=".npz with x and y")
    for name in ("seeds", "epochs", "batch", "rounds"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with np.load(options.file) as found:
        x, y = found["x"], found["y"]
    initial, model = WORKS[options.work]
    program = jax.jit(
        jax.vmap(partial(train, model=model, batch=options.batch), in_axes=(0, 0, 0, None, None))
    )
    initial = jax.jit(jax.vmap(partial(initial, shape=x.shape[1:])))
    generator = np.random.default_rng(1)
    held = round(0.2 * len(x))
    clocks = [(time.perf_counter(), time.process_time())]
    for _ in range(options.rounds + 1):
        weights = initial(jax.random.split(jax.random.key(1), options.seeds))
        rows = np.stack([generator.permutation(len(x)) for _ in range(options.seeds)])
        orders = [
            [generator.permutation(own[held:]) for _ in range(options.epochs)] for own in rows
        ]
        measured = program(weights, np.array(orders), rows[:, :held], x, y)
        jax.tree.map(np.asarray, measured)
        clocks.append((time.perf_counter(), time.process_time()))
    found = {
        "rounds": np.diff(clocks, axis=0).tolist(),
        "loss": float(np.asarray(measured[0])[:, 0, 0].mean()),
        "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
