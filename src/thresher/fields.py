"""What a table says of its columns: kinds, units and meanings, and the columns that many share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "str", "int", "float", "bool", "time", "seed", "str?", "int?", "float?", "bool?", "time?"
]


@dataclass(frozen=True)
class Field:
    """A column of a table.

    Attributes
    ----------
    kind : str
        A trailing ``?`` allows missing values. ``time`` is a number along the study's axis:
        written as an integer where all of its column are. ``seed`` is a whole number, or a word
        for runs that were made elsewhere.
    unit : str
        ``axis`` stands for the axis' unit (epochs), ``metric`` for the metric's (nats).
    meaning : str
    """

    kind: Kind
    unit: str
    meaning: str


Schema = Mapping[str, Field]

STUDY: Schema = {"study": Field("str", "", "study name")}
ARM: Schema = {"arm": Field("str", "", "arm: variant, then its factor levels")}
ARM_KEYS: Schema = {**STUDY, **ARM, "variant": Field("str", "", "model variant")}
SEED: Schema = {"seed": Field("seed", "", "seed, the replicate")}
PAIR: Schema = {
    **STUDY,
    **ARM,
    "reference": Field("str", "", "the arm that `arm` is compared with"),
}
METRIC: Schema = {"metric": Field("str", "", "name of the metric, a column of the traces")}
BAND: Schema = {
    "n": Field("int", "runs", "runs (pairs, for a difference) behind the mean"),
    "runs": Field("int", "runs", "runs (pairs) there are; the others diverged and are left out"),
    "mean": Field("float", "metric", "mean over seeds"),
    "lower": Field("float?", "metric", "lower limit of the band"),
    "upper": Field("float?", "metric", "upper limit of the band"),
    "band": Field("str", "", "`simultaneous`, `pointwise` or `none` (fewer than 6 runs)"),
    "critical": Field("float?", "", "critical value of the band, in standard errors"),
}
VERDICTS = (
    "faster",
    "slower",
    "equivalent",
    "detectable but negligible",
    "inconclusive",
    "not reached",
)
