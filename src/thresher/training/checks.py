"""What can't be served is said before any training."""

from collections.abc import Sequence

import keras

from thresher import optimizers
from thresher.study.plan import Training
from thresher.training.errors import TrainingError


def check_options(options: Training, seeds: Sequence[int]) -> None:
    """Check what a study file could not have got past, for callers from elsewhere.

    Raises
    ------
    TrainingError
    """
    if not len(seeds) or len(set(seeds)) != len(seeds) or min(seeds) < 0:
        raise TrainingError(
            f"seeds must be distinct and not negative, but were {list(seeds)!r:.80}"
        )
    if options.optimizer in optimizers.REFUSED:
        reason = optimizers.REFUSED[options.optimizer]
        raise TrainingError(f"optimizer can't be {options.optimizer}: {reason}")
    if options.optimizer not in optimizers.OPTIMIZERS:
        known = ", ".join(optimizers.OPTIMIZERS)
        raise TrainingError(f"optimizer must be one of {known}, but was {options.optimizer}")
    for name in ("epochs", "batch_size", "evaluate_every", "evaluation_size", "lane_width"):
        if getattr(options, name) < 1:
            raise TrainingError(f"{name} must be positive, but was {getattr(options, name)}")
    if options.epochs % options.evaluate_every:
        raise TrainingError(
            f"epochs must be a multiple of evaluate_every ({options.evaluate_every}), "
            f"but was {options.epochs}"
        )


def check_model(model: keras.Model) -> None:
    """Refuse what can't be trained by lanes.

    Raises
    ------
    TrainingError
        That names the layer and the reason.
    """
    if not model.built:
        raise TrainingError(f"model {model.name} is not built; call it, or give it an Input")
    if not model.trainable_variables:
        raise TrainingError(f"model {model.name} has no trainable variable")
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise TrainingError(
                f"layer {layer.name} is stateful: it would carry state from one batch to the next, "
                "which thresher does not; set stateful=False"
            )
        if isinstance(layer, keras.layers.SpectralNormalization):
            raise TrainingError(
                f"layer {layer.name} changes another layer's weights while it runs; leave it out"
            )
    mixed = [v.path for v in model.trainable_variables if "float" not in str(v.dtype)]
    if mixed:
        raise TrainingError(f"variable {mixed[0]} is trainable but not a floating-point one")
