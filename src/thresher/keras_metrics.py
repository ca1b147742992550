"""The metrics of Keras that a study may measure, with Keras' defaults, and why some can't be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thresher import losses
from thresher.declarations import Option
from thresher.losses import Kind
from thresher.metric import Better, Metric, engine_metrics


@dataclass(frozen=True)
class KerasMetric:
    """What thresher knows of a metric of Keras without importing it.

    Attributes
    ----------
    keras_class : str
        Its class name in ``keras.metrics``.
    label : str
        What sentences call it.
    kinds : tuple of str
        The labels that it is for; see `losses.Loss`.
    better : {"lower", "higher"}
    minimum, maximum : float or None
    options : mapping of str to Option
        Arguments, with Keras' names; one without default has to be given.
    unit : str
    one_an_example : bool
        Whether there has to be one label an example, not one a timestep.
    """

    keras_class: str
    label: str
    kinds: tuple[Kind, ...]
    better: Better
    minimum: float | None = 0.0
    maximum: float | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    unit: str = ""
    one_an_example: bool = False


_SCORED: tuple[Kind, ...] = ("binary", "one-hot")
_FINITE: tuple[Kind, ...] = ("number", "binary", "sign", "one-hot")
_NUMBER: tuple[Kind, ...] = ("number",)
_K = {"k": Option(int, 5, minimum=1, help="How many of the likeliest classes count.")}
_THRESHOLD = Option(float, 0.5, minimum=0, maximum=1, help="From where on it is class 1.")
_THRESHOLDS = Option(int, 200, minimum=2, help="Thresholds that the curve is made of.")
_AVERAGE = {
    "average": Option(
        str, "macro", choices=("micro", "macro", "weighted"), help="How classes are averaged."
    ),
    "threshold": Option(
        float, minimum=0, below=1, help="From where on it is the class; by default the likeliest."
    ),
}
_CURVES = {
    "num_thresholds": _THRESHOLDS,
    "curve": Option(str, "ROC", choices=("ROC", "PR"), help="The area's curve."),
    "multi_label": Option(bool, False, help="Whether classes are averaged."),
}


def _at(name: str) -> Mapping[str, Option]:
    level = Option(float, minimum=0, maximum=1, help=f"The {name} that is asked for.")
    return {name: level, "num_thresholds": _THRESHOLDS}


def _error(name: str, label: str) -> KerasMetric:
    return KerasMetric(name, label, _FINITE, "lower")


def _share(
    name: str, label: str, kinds: tuple[Kind, ...], options: Mapping[str, Option] | None = None
) -> KerasMetric:
    return KerasMetric(name, label, kinds, "higher", 0.0, 1.0, options or {})


def _number(name: str, label: str, better: Better) -> KerasMetric:
    return KerasMetric(name, label, _SCORED, better, unit="labels")


METRICS: Mapping[str, KerasMetric] = {
    "binary_accuracy": _share(
        "BinaryAccuracy", "accuracy", ("binary", "sign"), {"threshold": _THRESHOLD}
    ),
    "categorical_accuracy": _share("CategoricalAccuracy", "accuracy", ("one-hot",)),
    "sparse_categorical_accuracy": _share("SparseCategoricalAccuracy", "accuracy", ("class",)),
    "top_k_categorical_accuracy": _share(
        "TopKCategoricalAccuracy", "top-k accuracy", ("one-hot",), _K
    ),
    "sparse_top_k_categorical_accuracy": _share(
        "SparseTopKCategoricalAccuracy", "top-k accuracy", ("class",), _K
    ),
    "auc": _share("AUC", "AUC", _SCORED, _CURVES),
    "precision": _share("Precision", "precision", _SCORED),
    "recall": _share("Recall", "recall", _SCORED),
    "precision_at_recall": _share(
        "PrecisionAtRecall", "precision at a recall", ("binary",), _at("recall")
    ),
    "recall_at_precision": _share(
        "RecallAtPrecision", "recall at a precision", ("binary",), _at("precision")
    ),
    "sensitivity_at_specificity": _share(
        "SensitivityAtSpecificity", "sensitivity", ("binary",), _at("specificity")
    ),
    "specificity_at_sensitivity": _share(
        "SpecificityAtSensitivity", "specificity", ("binary",), _at("sensitivity")
    ),
    "f1_score": KerasMetric(
        "F1Score", "F1 score", _SCORED, "higher", 0.0, 1.0, _AVERAGE, one_an_example=True
    ),
    "f_beta_score": KerasMetric(
        "FBetaScore",
        "F-beta score",
        _SCORED,
        "higher",
        0.0,
        1.0,
        {**_AVERAGE, "beta": Option(float, 1.0, above=0, help="The weight of recall.")},
        one_an_example=True,
    ),
    "true_positives": _number("TruePositives", "true positives", "higher"),
    "true_negatives": _number("TrueNegatives", "true negatives", "higher"),
    "false_positives": _number("FalsePositives", "false positives", "lower"),
    "false_negatives": _number("FalseNegatives", "false negatives", "lower"),
    "binary_io_u": _share(
        "BinaryIoU", "intersection over union", ("binary",), {"threshold": _THRESHOLD}
    ),
    "mean_io_u": _share("MeanIoU", "intersection over union", ("class",)),
    "one_hot_mean_io_u": _share("OneHotMeanIoU", "intersection over union", ("one-hot",)),
    "mean_absolute_error": _error("MeanAbsoluteError", "mean absolute error"),
    "mean_squared_error": _error("MeanSquaredError", "mean squared error"),
    "root_mean_squared_error": _error("RootMeanSquaredError", "root mean squared error"),
    "mean_absolute_percentage_error": KerasMetric(
        "MeanAbsolutePercentageError", "mean absolute error in percent", _NUMBER, "lower", unit="%"
    ),
    "mean_squared_logarithmic_error": KerasMetric(
        "MeanSquaredLogarithmicError", "mean squared logarithmic error", _NUMBER, "lower"
    ),
    "log_cosh_error": _error("LogCoshError", "log-cosh error"),
    "cosine_similarity": KerasMetric(
        "CosineSimilarity", "cosine similarity", _FINITE, "higher", -1.0, 1.0
    ),
    "pearson_correlation": KerasMetric(
        "PearsonCorrelation", "Pearson correlation", _NUMBER, "higher", -1.0, 1.0
    ),
    "concordance_correlation": KerasMetric(
        "ConcordanceCorrelation", "concordance correlation", _NUMBER, "higher", -1.0, 1.0
    ),
    "r2_score": KerasMetric("R2Score", "R²", _NUMBER, "higher", None, 1.0, one_an_example=True),
    "poisson": KerasMetric("Poisson", "Poisson loss", _NUMBER, "lower", None),
    "binary_crossentropy": KerasMetric(
        "BinaryCrossentropy", "cross-entropy", ("binary",), "lower", unit="nats"
    ),
    "categorical_crossentropy": KerasMetric(
        "CategoricalCrossentropy", "cross-entropy", ("one-hot",), "lower", unit="nats"
    ),
    "sparse_categorical_crossentropy": KerasMetric(
        "SparseCategoricalCrossentropy", "cross-entropy", ("class",), "lower", unit="nats"
    ),
    "kl_divergence": KerasMetric(
        "KLDivergence", "Kullback–Leibler divergence", ("one-hot",), "lower", unit="nats"
    ),
    "hinge": KerasMetric("Hinge", "hinge loss", ("sign", "binary"), "lower"),
    "squared_hinge": KerasMetric("SquaredHinge", "squared hinge loss", ("sign", "binary"), "lower"),
    "categorical_hinge": KerasMetric("CategoricalHinge", "hinge loss", ("one-hot",), "lower"),
}

REFUSED: Mapping[str, str] = {
    "accuracy": "it is measured anyway where outputs are right or wrong, as eval_accuracy",
    "io_u": "it needs a list of classes; take mean_io_u",
    "one_hot_io_u": "it needs a list of classes; take one_hot_mean_io_u",
    "mean": "it measures outputs without labels",
    "sum": "it measures outputs without labels",
}
_BY_CLASS = {declared.keras_class: name for name, declared in METRICS.items()}
ALIASES: Mapping[str, str] = {
    **{alias: name for alias, name in losses.ALIASES.items() if name in METRICS and alias != "kld"},
    **_BY_CLASS,
}


def recorded(loss: str, asked: tuple[Mapping[str, Any], ...] = ()) -> Mapping[str, Metric]:
    """Return what the Keras engine records, by the name of its column.

    Parameters
    ----------
    loss : str
    asked : tuple of mapping
        What ``training.metrics`` names: ``name``, and the metric's options.
    """
    found = dict(engine_metrics(loss))
    for given in asked:
        known = METRICS[given["name"]]
        column = column_of(given)
        found[column] = Metric(
            name=column,
            label=f"held-out {known.label}",
            unit=known.unit,
            better=known.better,
            minimum=known.minimum,
            maximum=known.maximum,
            data="held-out",
        )
    return found


def column_of(given: Mapping[str, Any]) -> str:
    """Name the column of a metric on held-out examples."""
    return f"eval_{given['name']}"
