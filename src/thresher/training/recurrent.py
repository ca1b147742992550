"""Swaps in faster recurrent layers, before training, in place of Keras' own."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from thresher.training import gru, lstm
from thresher.training.scanned import Scanned
from thresher.training.timesteps import Direction

# A class of the user's own may have another loop over the timesteps, which is left alone.
KERAS_LOOPS = {
    layer.inner_loop for layer in (keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU)
}
# From so many sequences on, inference has a layout of its own.
MANY = 16


def prepare(model: keras.Model) -> None:
    """Swap in our LSTM and GRU where a layer's options allow; let other layers scan."""
    layers = _layers(model)
    for layer in layers:
        if isinstance(layer, keras.layers.RNN) and type(layer).inner_loop in KERAS_LOOPS:
            layer.__class__ = OWN[type(layer)] if _servable(layer) else _scanning(type(layer))
    for layer in layers:
        if type(layer) is keras.layers.Bidirectional and _joinable(layer):
            layer.__class__ = OwnBidirectional


def _layers(model: keras.Model) -> list[Any]:
    """List every layer once, those inside of wrappers such as Bidirectional included."""
    return list({id(layer): layer for layer in model._flatten_layers()}.values())


def _scanning(keras_class: type) -> type:
    return type(f"Scanned{keras_class.__name__}", (Scanned, keras_class), {})


def _servable(layer: Any) -> bool:
    cell = layer.cell
    return (
        type(layer) in OWN
        and cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and cell.use_bias
        and layer.compute_dtype == layer.variable_dtype == "float32"
        and not (cell.dropout or cell.recurrent_dropout or layer.stateful or layer.return_state)
        and getattr(cell, "reset_after", True)
    )


def _joinable(layer: Any) -> bool:
    """Say whether both directions can run as one recurrence."""
    ahead, back = layer.forward_layer, layer.backward_layer
    return (
        type(ahead) is type(back)
        and type(ahead) in OWN.values()
        and ahead.cell.units == back.cell.units
        and layer.merge_mode in MERGE
        and not (ahead.activity_regularizer or back.activity_regularizer)
    )


def _run(
    layers: list[Any],
    sequences: tf.Tensor,
    training: bool | None,
    *,
    whole: bool,
    merge_mode: str | None = None,
) -> tf.Tensor:
    """Run the recurrence of one layer, or of both directions, and return what Keras' layer would.

    Parameters
    ----------
    layers : list
    sequences : tensor, shape (batch, timesteps, features)
    training : bool or None
    whole : bool
        Whether the outputs of all timesteps are asked for, or each direction's last one.
    merge_mode : str, optional
        As that of Bidirectional, for both directions.

    Returns
    -------
    tensor, shape (batch, timesteps, columns) or (batch, columns)
    """
    directions = []
    for layer in layers:
        weights = layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias
        given = tf.reverse(sequences, [1]) if layer.go_backwards else sequences
        directions.append(Direction(given, *(tf.convert_to_tensor(weight) for weight in weights)))
    recurrence = layers[0].recurrence
    if not training and sequences.shape[0] >= MANY:
        return _finished(recurrence.infer(directions), whole, merge_mode)
    found = tf.unstack(recurrence.train(directions))
    if not whole:
        found = [outputs[:, -1] for outputs in found]
    elif merge_mode:
        found[1] = tf.reverse(found[1], [1])
    return MERGE[merge_mode](*found) if merge_mode else found[0]


def _finished(steps: tf.Tensor, whole: bool, merge_mode: str | None) -> tf.Tensor:
    """Merge what was inferred, shape (timesteps, directions, units, batch), and turn it round.

    That comes last: until then, sequences lie side by side, and whole rows of them are moved.
    """
    timesteps, directions, units, batch = steps.shape
    if not whole:
        found = steps[-1]
    elif merge_mode:
        # Both directions' outputs of one time: the second one began with the last.
        pairs = [(2 * time, 2 * (timesteps - time) - 1) for time in range(timesteps)]
        found = tf.gather(tf.reshape(steps, (-1, units, batch)), pairs)
    else:
        found = steps
    if merge_mode in {None, "concat"}:
        merged = tf.reshape(found, (*found.shape[:-3], directions * units, batch))
    else:
        merged = MERGE[merge_mode](*tf.unstack(found, axis=-3))
    *others, sequences = range(len(merged.shape))
    return tf.transpose(merged, [sequences, *others])


class _Own(Scanned):
    """Runs our own recurrence, or Keras' where the call's arguments ask for more."""

    recurrence: Any

    def call(
        self: Any,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        if mask is not None or initial_state is not None or None in sequences.shape:
            return super().call(sequences, initial_state, mask, training)  # type: ignore[misc]
        return _run([self], sequences, training, whole=self.return_sequences)


class OwnLSTM(_Own, keras.layers.LSTM):
    """Keras' LSTM on our own recurrence; only ever the class of a layer that was an LSTM."""

    recurrence = lstm


class OwnGRU(_Own, keras.layers.GRU):
    """Keras' GRU on our own recurrence; only ever the class of a layer that was a GRU."""

    recurrence = gru


OWN = {keras.layers.LSTM: OwnLSTM, keras.layers.GRU: OwnGRU}
MERGE: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda ahead, back: ahead + back,
    "mul": lambda ahead, back: ahead * back,
    "ave": lambda ahead, back: (ahead + back) / 2,
    "concat": lambda ahead, back: tf.concat([ahead, back], -1),
}


class OwnBidirectional(keras.layers.Bidirectional):
    """Keras' Bidirectional, both directions as one recurrence; only ever the class of such one."""

    def call(
        self: Any,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        if mask is not None or initial_state is not None or None in sequences.shape:
            return super().call(sequences, initial_state, mask, training)
        layers, whole = [self.forward_layer, self.backward_layer], self.return_sequences
        return _run(layers, sequences, training, whole=whole, merge_mode=self.merge_mode)
