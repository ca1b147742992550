"""A small convolutional network for images, as a user's own file: a work of `real_work.py`."""

import keras


def convolution(inputs, head, filters: int = 8):
    layers = keras.layers
    x = keras.Input(inputs)
    h = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(x))
    h = layers.MaxPooling2D()(layers.Conv2D(2 * filters, 3, activation="relu")(h))
    return keras.Model(x, layers.Dense(head.units, head.activation)(layers.Flatten()(h)))
