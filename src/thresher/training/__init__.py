"""Train a block of seeds of any Keras model at once, as one TensorFlow program."""

import os

from thresher import extras

extras.require("training", "tensorflow", "keras")  # before any of these imports one

# ruff: noqa: E402
from thresher.lean import without

# Faster kernels, which TensorFlow takes by itself on some CPUs only.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# What Keras draws with and wraps, and what the Keras within TensorFlow looks for.
with without("IPython", "matplotlib", "scipy.sparse", "sklearn"):
    import keras  # noqa: F401

from thresher.training.block import Block, train_block
from thresher.training.canary import run_canary
from thresher.training.data_set import DataSet
from thresher.training.errors import TrainingError
from thresher.training.job import run_job
from thresher.training.streams import Streams
from thresher.training_options import Training

__all__ = [
    "Block",
    "DataSet",
    "Streams",
    "Training",
    "TrainingError",
    "run_canary",
    "run_job",
    "train_block",
]
