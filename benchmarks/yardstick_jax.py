"""The yardstick: an LSTM or BiLSTM trained for many seeds at once, written by hand in JAX.

Run by `training_speed.py` in an environment of its own. `vmap` over seeds, `lax.scan` over epochs,
Adam with Keras' defaults, the same task and the same evaluation as the default study, on a
held-out set of each seed's own. Prints one JSON line: seconds of the first call (tracing and
compiling included) and of each later one, and the later ones' processor time.
"""

import argparse
import json
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

UNITS = 20


def initial_layer(key, inputs, units):
    kernel_key, recurrent_key = jax.random.split(key)
    limit = (6 / (inputs + 4 * units)) ** 0.5
    return {
        "kernel": jax.random.uniform(kernel_key, (inputs, 4 * units), minval=-limit, maxval=limit),
        "recurrent": jax.nn.initializers.orthogonal()(recurrent_key, (units, 4 * units)),
        "bias": jnp.zeros(4 * units).at[units : 2 * units].set(1.0),
    }


def initial_weights(key, model):
    keys = jax.random.split(key, 3)
    layers = [initial_layer(keys[0], 1, UNITS)]
    if model == "bilstm":
        layers.append(initial_layer(keys[1], 1, UNITS))
    width = UNITS * len(layers)
    limit = (6 / (width + 1)) ** 0.5
    dense = jax.random.uniform(keys[2], (width, 1), minval=-limit, maxval=limit)
    return {"layers": layers, "dense": dense, "bias": jnp.zeros(1)}


def lstm(weights, x, unroll):
    """x: [batch, timesteps, 1] → [batch, timesteps, units]."""
    projected = jnp.swapaxes(x @ weights["kernel"] + weights["bias"], 0, 1)

    def step(state, projection):
        hidden, cell = state
        i, f, c, o = jnp.split(projection + hidden @ weights["recurrent"], 4, axis=-1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(c)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        return (hidden, cell), hidden

    zeros = jnp.zeros((x.shape[0], UNITS))
    _, outputs = jax.lax.scan(step, (zeros, zeros), projected, unroll=unroll)
    return jnp.swapaxes(outputs, 0, 1)


def loss(weights, x, y, unroll):
    outputs = [lstm(weights["layers"][0], x, unroll)]
    if len(weights["layers"]) == 2:
        outputs.append(lstm(weights["layers"][1], x[:, ::-1], unroll)[:, ::-1])
    probability = jax.nn.sigmoid(jnp.concatenate(outputs, -1) @ weights["dense"] + weights["bias"])
    probability = jnp.clip(probability, 1e-7, 1 - 1e-7)
    accuracy = jnp.mean((probability > 0.5) == (y > 0.5))
    entropy = -(y * jnp.log(probability) + (1 - y) * jnp.log(1 - probability))
    return jnp.mean(entropy), accuracy


def adam(weights, moments, gradients, step):
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradients)
    rate = 0.001 * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = jax.tree.map(
        lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
    )
    return weights, (first, second)


def train(weights, xs, ys, held_out, every, unroll):
    """One run: xs [epochs, batch, timesteps, 1] → losses, accuracies, evaluations."""
    zeros = jax.tree.map(jnp.zeros_like, weights)
    gradient = jax.value_and_grad(partial(loss, unroll=unroll), has_aux=True)

    def epoch(carry, batch):
        weights, moments, step = carry
        value, gradients = gradient(weights, *batch)
        weights, moments = adam(weights, moments, gradients, step + 1)
        return (weights, moments, step + 1), value

    def interval(carry, batches):
        carry, values = jax.lax.scan(epoch, carry, batches)
        return carry, (values, loss(carry[0], *held_out, unroll))

    carry = (weights, (zeros, zeros), 0.0)
    if not every:
        return jax.lax.scan(epoch, carry, (xs, ys))[1]
    shape = (xs.shape[0] // every, every)
    batches = (xs.reshape(shape + xs.shape[1:]), ys.reshape(shape + ys.shape[1:]))
    return loss(weights, *held_out, unroll), jax.lax.scan(interval, carry, batches)[1]


def draw(generator, shape, timesteps):
    x = generator.random((*shape, timesteps, 1), dtype=np.float32)
    return x, (np.cumsum(x, axis=-2) >= timesteps / 4).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["lstm", "bilstm"], default="lstm")
    parser.add_argument("--seeds", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--timesteps", type=int, default=10)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--evaluate-every", type=int, default=0)
    parser.add_argument("--evaluation-size", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    generator = np.random.default_rng(1)
    held_out = draw(generator, (options.seeds, options.evaluation_size), options.timesteps)
    unroll = options.timesteps if options.timesteps <= 10 else 1
    program = jax.jit(jax.vmap(partial(train, every=options.evaluate_every, unroll=unroll)))
    initial = jax.jit(jax.vmap(partial(initial_weights, model=options.model)))
    seconds, processor = [], []
    for _ in range(options.repeats + 1):
        begin, busy = time.perf_counter(), time.process_time()
        weights = initial(jax.random.split(jax.random.key(1), options.seeds))
        shape = (options.seeds, options.epochs, options.batch)
        data = draw(generator, shape, options.timesteps)
        jax.tree.map(np.asarray, program(weights, *data, held_out))
        seconds.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    print(json.dumps({"first_s": seconds[0], "steady_s": seconds[1:], "cpu_s": processor[1:]}))


if __name__ == "__main__":
    main()
