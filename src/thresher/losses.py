"""What every loss of Keras needs and gives: labels, the last layer, bounds, unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["binary", "sign", "one-hot", "class", "number"]

_ACTIVATIONS: Mapping[Kind, str] = {
    "binary": "sigmoid",
    "sign": "tanh",
    "one-hot": "softmax",
    "class": "softmax",
    "number": "linear",
}


@dataclass(frozen=True)
class Loss:
    """A loss of Keras.

    Attributes
    ----------
    kind : str or None
        What its labels are: 0 or 1 (``binary``), the same or −1 and 1 beside outputs from −1 to 1
        (``sign``), ``one-hot``, the number of a ``class``, or a ``number``. None: a task has to say
        how outputs are read.
    entropy : bool
        Whether it is in nats.
    minimum : float or None
    own_activation : str
        Of the last layer, where it is not that of the kind.
    pairwise : bool
        Whether it compares examples with each other, so that labels need not be shaped as outputs.
    """

    kind: Kind | None
    entropy: bool = False
    minimum: float | None = 0.0
    own_activation: str = ""
    pairwise: bool = False

    @property
    def activation(self) -> str:
        """What the last layer applies, as Keras names it."""
        return self.own_activation or (_ACTIVATIONS[self.kind] if self.kind else "linear")

    @property
    def has_accuracy(self) -> bool:
        """Whether outputs are right or wrong, so that an accuracy means something."""
        return self.kind in ("binary", "one-hot", "class")


LOSSES: Mapping[str, Loss] = {
    "binary_crossentropy": Loss("binary", entropy=True),
    "categorical_crossentropy": Loss("one-hot", entropy=True),
    "sparse_categorical_crossentropy": Loss("class", entropy=True),
    "mean_squared_error": Loss("number"),
    "mean_absolute_error": Loss("number"),
    "huber": Loss("number"),
    "log_cosh": Loss("number"),
    "mean_absolute_percentage_error": Loss("number"),
    "mean_squared_logarithmic_error": Loss("number"),
    "cosine_similarity": Loss("number", minimum=-1.0),
    "poisson": Loss("number", minimum=None, own_activation="softplus"),
    "binary_focal_crossentropy": Loss("binary"),
    "dice": Loss("binary"),
    "tversky": Loss("binary"),
    "hinge": Loss("sign"),
    "squared_hinge": Loss("sign"),
    "categorical_focal_crossentropy": Loss("one-hot"),
    "categorical_hinge": Loss("one-hot"),
    "kl_divergence": Loss("one-hot", entropy=True),
    "circle": Loss(None, pairwise=True),
}
REFUSED: Mapping[str, str] = {
    "ctc": "TensorFlow can't take its loop over timesteps for all lanes at once",
}
ALIASES: Mapping[str, str] = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_UNKNOWN = Loss(None, minimum=None)


def of(name: str) -> Loss:
    """Return what is known of a loss; of one that Keras does not have, nothing is."""
    return LOSSES.get(ALIASES.get(name, name), _UNKNOWN)
