"""Every layer that Keras has equals Keras' own training, or is named here with the reason why not.

Layers of a kind are branches of one model, so one comparison of losses stands for all of them.
"""

import inspect

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import Examples, options
from training_reference import keras_losses

from thresher.training import Streams, train_block

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
SEQUENCE, IMAGE, VOLUME, MOVIE = (6, 4), (5, 5, 4), (4, 4, 4, 2), (3, 4, 4, 2)


def attend(layer):
    return lambda: lambda x: layer()([x, layers.Dense(4)(x)])


def merge(layer, **given):
    return lambda: lambda x: layer(**given)([x, layers.Dense(4, activation="tanh")(x)])


def activation(name):
    return lambda: layers.Activation(name)


KINDS = {
    "convolutions of sequences": (
        SEQUENCE,
        [
            lambda: layers.Conv1D(3, 2, strides=2),
            lambda: layers.Conv1D(4, 2, groups=2),
            lambda: layers.Conv1D(3, 2, dilation_rate=2, padding="causal"),
            lambda: layers.Conv1DTranspose(3, 2),
            lambda: layers.SeparableConv1D(3, 2),
            lambda: layers.DepthwiseConv1D(2),
        ],
    ),
    "convolutions of images": (
        IMAGE,
        [
            lambda: layers.Conv2D(3, 2),
            lambda: layers.Conv2DTranspose(3, 2),
            lambda: layers.SeparableConv2D(3, 2),
            lambda: layers.DepthwiseConv2D(2),
        ],
    ),
    "convolutions of volumes": (
        VOLUME,
        [lambda: layers.Conv3D(2, 2), lambda: layers.Conv3DTranspose(2, 2)],
    ),
    "pooling and shape of sequences": (
        SEQUENCE,
        [
            lambda: layers.MaxPooling1D(2),
            lambda: layers.AveragePooling1D(2),
            layers.GlobalMaxPooling1D,
            layers.GlobalAveragePooling1D,
            lambda: layers.AdaptiveMaxPooling1D(2),
            lambda: layers.AdaptiveAveragePooling1D(2),
            lambda: layers.UpSampling1D(2),
            lambda: layers.ZeroPadding1D(1),
            lambda: layers.Cropping1D(1),
            lambda: layers.Permute((2, 1)),
            lambda: layers.Reshape((3, 8)),
            lambda: lambda x: layers.RepeatVector(2)(layers.Flatten()(x)),
            layers.Identity,
            lambda: layers.Lambda(lambda x: x * x),
            lambda: layers.Rescaling(0.5),
            lambda: layers.Normalization(mean=0.5, variance=2.0),
        ],
    ),
    "pooling and shape of images": (
        IMAGE,
        [
            lambda: layers.MaxPooling2D(2),
            lambda: layers.AveragePooling2D(2),
            layers.GlobalMaxPooling2D,
            layers.GlobalAveragePooling2D,
            lambda: layers.AdaptiveMaxPooling2D(2),
            lambda: layers.AdaptiveAveragePooling2D(2),
            lambda: layers.UpSampling2D(2),
            lambda: layers.ZeroPadding2D(1),
            lambda: layers.Cropping2D(1),
            lambda: layers.CenterCrop(3, 3),
            lambda: layers.Resizing(3, 3),
        ],
    ),
    "pooling and shape of volumes": (
        VOLUME,
        [
            lambda: layers.MaxPooling3D(2),
            lambda: layers.AveragePooling3D(2),
            layers.GlobalMaxPooling3D,
            layers.GlobalAveragePooling3D,
            lambda: layers.AdaptiveMaxPooling3D(2),
            lambda: layers.AdaptiveAveragePooling3D(2),
            lambda: layers.UpSampling3D(2),
            lambda: layers.ZeroPadding3D(1),
            lambda: layers.Cropping3D(1),
        ],
    ),
    "noise": (
        SEQUENCE,
        [
            lambda: layers.Dropout(0.3),
            lambda: layers.Dropout(0.3, noise_shape=(None, 1, 4)),
            lambda: layers.AlphaDropout(0.3),
            lambda: layers.GaussianDropout(0.3),
            lambda: layers.GaussianNoise(0.3),
            lambda: layers.SpatialDropout1D(0.3),
            lambda: layers.ActivityRegularization(0.1),
        ],
    ),
    "noise of images": (
        IMAGE,
        [
            lambda: layers.SpatialDropout2D(0.3),
            layers.RandomFlip,
            lambda: layers.RandomRotation(0.1),
        ],
    ),
    "noise of volumes": (VOLUME, [lambda: layers.SpatialDropout3D(0.3)]),
    "normalisation": (
        SEQUENCE,
        [
            layers.BatchNormalization,
            layers.LayerNormalization,
            layers.UnitNormalization,
            layers.RMSNormalization,
            lambda: layers.GroupNormalization(2),
        ],
    ),
    "activations": (
        SEQUENCE,
        [
            layers.ReLU,
            layers.LeakyReLU,
            layers.PReLU,
            layers.ELU,
            layers.Softmax,
            *map(activation, ("gelu", "selu", "silu", "mish", "softplus", "hard_sigmoid")),
        ],
    ),
    "attention": (
        SEQUENCE,
        [
            attend(lambda: layers.Attention(use_scale=True, dropout=0.2)),
            attend(layers.AdditiveAttention),
            lambda: (
                lambda x: layers.MultiHeadAttention(2, 2, dropout=0.2)(x, x, use_causal_mask=True)
            ),
            lambda: lambda x: layers.GroupQueryAttention(2, 4, 2)(x, x),
        ],
    ),
    "merging": (
        SEQUENCE,
        [
            merge(layers.Add),
            merge(layers.Subtract),
            merge(layers.Multiply),
            merge(layers.Average),
            merge(layers.Maximum),
            merge(layers.Minimum),
            merge(layers.Concatenate),
            merge(layers.Dot, axes=-1),
        ],
    ),
    "products": (
        SEQUENCE,
        [
            lambda: layers.Dense(3, lora_rank=1),
            lambda: layers.EinsumDense("abc,cd->abd", output_shape=(6, 3), bias_axes="d"),
            lambda: layers.TimeDistributed(layers.Dense(3)),
            lambda: (
                lambda x: layers.Embedding(4, 3)(
                    layers.Discretization([-0.5, 0.0, 0.5])(layers.Flatten()(x))
                )
            ),
        ],
    ),
    "recurrence": (
        SEQUENCE,
        [
            lambda: layers.RNN(
                layers.StackedRNNCells(
                    [layers.GRUCell(3), layers.LSTMCell(2, recurrent_dropout=0.2)]
                )
            ),
            lambda: layers.SimpleRNN(3),
            lambda: layers.RNN(layers.SimpleRNNCell(3), return_sequences=True, go_backwards=True),
            lambda: lambda x: layers.LSTM(3, return_sequences=True, return_state=True)(x)[2],
            lambda: lambda x: layers.GRU(3)(x, initial_state=layers.Dense(3)(x[:, 0])),
            lambda: layers.Bidirectional(
                layers.GRU(3, return_sequences=True), merge_mode="mul", name="gates"
            ),
            lambda: layers.Bidirectional(layers.LSTM(3, kernel_regularizer="l2")),
            lambda: (
                lambda x: layers.Add()(layers.Bidirectional(layers.LSTM(3), merge_mode=None)(x))
            ),
            lambda: layers.Bidirectional(
                layers.LSTM(3, return_sequences=True),
                backward_layer=layers.GRU(3, return_sequences=True, go_backwards=True),
            ),
        ],
    ),
    "recurrence with masks": (
        SEQUENCE,
        [
            lambda: lambda x: layers.GRU(3)(layers.Masking(0.0)(layers.ReLU()(x))),
            lambda: (
                lambda x: layers.Bidirectional(
                    layers.LSTM(3, return_sequences=True), merge_mode="sum"
                )(layers.Masking(0.0)(layers.ReLU()(x)))
            ),
        ],
    ),
    "recurrence of movies": (MOVIE, [lambda: layers.ConvLSTM2D(2, 2, return_sequences=True)]),
    "recurrence of rows": ((3, 4, 2), [lambda: layers.ConvLSTM1D(2, 2)]),
    "recurrence of rooms": ((2, 3, 3, 3, 1), [lambda: layers.ConvLSTM3D(2, 2)]),
}
ELSEWHERE = {
    layers.SpectralNormalization: "refused, see test_checks.py",
    layers.CategoryEncoding: "tokens, below",
    layers.ReversibleEmbedding: "tokens, below",
}
# Not parts of a model, or of another framework, or for data in the making: text, pictures, sound.
OUTSIDE = {
    *("Layer", "Wrapper", "InputSpec", "Pipeline"),
    *("FlaxLayer", "JaxLayer", "TorchModuleWrapper", "TFSMLayer"),
    *("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
    *("AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix"),
    *("Equalization", "MaxNumBoundingBoxes", "MixUp", "RandAugment", "Solarization"),
    *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast"),
    *("RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur"),
    *("RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective"),
    *("RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomShear"),
    *("RandomTranslation", "RandomZoom", "MelSpectrogram", "STFTSpectrogram"),
}


def branches(shape, made):
    inputs = keras.Input(shape)
    hidden = layers.Dense(shape[-1])(inputs)
    flat = [layers.Flatten()(layers.Dense(2)(make()(hidden))) for make in made]
    joined = layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(joined))


def assert_equals_keras(build, task):
    given = options(epochs=10, evaluate_every=5, batch_size=3, optimizer="sgd", learning_rate=0.01)
    block = train_block(build, task, (1, 2), given, Streams(entropy=5))
    losses, final = keras_losses(build, task, (1, 2), given, Streams(entropy=5))
    np.testing.assert_allclose(block.loss, losses, rtol=1e-5)
    np.testing.assert_allclose(block.eval_loss[:, -1], final, rtol=1e-5)
    assert losses.std() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_of_a_kind_equals_keras(kind):
    shape, made = KINDS[kind]
    assert_equals_keras(lambda: branches(shape, made), Examples(shape, (1,)))


@pytest.mark.parametrize("name", ["CategoryEncoding", "ReversibleEmbedding"])
def test_a_layer_of_tokens_equals_keras(name):
    def build():
        given = {"CategoryEncoding": {"output_mode": "multi_hot"}}.get(name, {"output_dim": 3})
        layer = getattr(layers, name)(9, **given)
        head = [layers.Flatten(), layers.Dense(1, activation="sigmoid")]
        return keras.Sequential([keras.Input((6,)), layer, *head])

    assert_equals_keras(build, Examples((6,), (1,), vocabulary=9, repeats=False))


def test_no_layer_of_keras_is_left_out():
    known = {layer for _, layer in inspect.getmembers(layers, inspect.isclass)}
    tried = set(ELSEWHERE)
    for shape, made in KINDS.values():
        for layer in branches(shape, made)._flatten_layers():
            tried |= {type(layer), type(getattr(layer, "cell", layer))}
            tried |= {type(cell) for cell in getattr(getattr(layer, "cell", None), "cells", [])}
    assert {layer.__name__ for layer in known - tried} == OUTSIDE
