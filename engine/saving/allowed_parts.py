"""The parts that a file may name: initializers, regularizers, optimizers, losses and metrics …

Each is a module, a class and the arguments that the class may be given, as Keras has them.
"""

from __future__ import annotations

from typing import Any

from engine.saving.allowed_sizes import MOST_THRESHOLDS
from engine.saving.checks import (
    Check,
    at_most,
    count,
    flag,
    integer,
    listing,
    number,
    one_of,
    only,
    optional,
    record,
    refuse,
    text,
)

FLOATS = ("float32", "float64")


def axes(value: Any, where: str) -> None:
    """Pass None, an axis or a list of axes."""
    if value is not None:
        (listing(integer) if isinstance(value, list) else integer)(value, where)


_POLICY = one_of({("keras", "DTypePolicy"): record({"name": only(*FLOATS)}, "name")})
_GENERATOR = one_of(
    {("keras.random", "SeedGenerator"): record({"seed": optional(integer), "name": text})}
)


def dtype(value: Any, where: str) -> None:
    """Pass a policy, or the name of a type by itself."""
    (_POLICY if isinstance(value, dict) else only(*FLOATS))(value, where)


def seed(value: Any, where: str) -> None:
    """Pass None, an integer or a generator of seeds."""
    if value is not None:
        (_GENERATOR if isinstance(value, dict) else integer)(value, where)


_FANS: dict[str, Check] = {"seed": seed, "input_axes": axes, "output_axes": axes}
_SCALING: dict[str, Check] = {**_FANS, "scale": number, "mode": text, "distribution": text}

_NORMAL: dict[str, Check] = {"seed": seed, "mean": number, "stddev": number}
_UNIFORM: dict[str, Check] = {"seed": seed, "minval": number, "maxval": number}

INITIALIZERS = {
    ("keras.initializers", "Zeros"): record({}),
    ("keras.initializers", "Ones"): record({}),
    ("keras.initializers", "Constant"): record({"value": number}),
    ("keras.initializers", "RandomNormal"): record(_NORMAL),
    ("keras.initializers", "TruncatedNormal"): record(_NORMAL),
    ("keras.initializers", "RandomUniform"): record(_UNIFORM),
    ("keras.initializers", "VarianceScaling"): record(_SCALING),
    ("keras.initializers", "GlorotNormal"): record(_FANS),
    ("keras.initializers", "GlorotUniform"): record(_FANS),
    ("keras.initializers", "HeNormal"): record(_FANS),
    ("keras.initializers", "HeUniform"): record(_FANS),
    ("keras.initializers", "LecunNormal"): record(_FANS),
    ("keras.initializers", "LecunUniform"): record(_FANS),
}

REGULARIZERS = {
    ("keras.regularizers", "L1"): record({"l1": number}),
    ("keras.regularizers", "L2"): record({"l2": number}),
    ("keras.regularizers", "L1L2"): record({"l1": number, "l2": number}),
}

_DECAY: dict[str, Check] = {
    "initial_learning_rate": number,
    "decay_steps": number,
    "name": optional(text),
}
_RATE: dict[str, Check] = {**_DECAY, "decay_rate": number, "staircase": flag}
_POLYNOMIAL: dict[str, Check] = {
    **_DECAY,
    "end_learning_rate": number,
    "power": number,
    "cycle": flag,
}
_COSINE: dict[str, Check] = {
    **_DECAY,
    "alpha": number,
    "warmup_target": optional(number),
    "warmup_steps": number,
}
_RESTARTS: dict[str, Check] = {
    "initial_learning_rate": number,
    **dict.fromkeys(("first_decay_steps", "t_mul", "m_mul", "alpha"), number),
    "name": optional(text),
}
_PIECES: dict[str, Check] = {
    "boundaries": listing(number),
    "values": listing(number),
    "name": optional(text),
}

SCHEDULES = {
    ("keras.optimizers.schedules", "ExponentialDecay"): record(_RATE, *list(_RATE)[:2]),
    ("keras.optimizers.schedules", "InverseTimeDecay"): record(_RATE, *list(_RATE)[:2]),
    ("keras.optimizers.schedules", "PolynomialDecay"): record(_POLYNOMIAL, *list(_DECAY)[:2]),
    ("keras.optimizers.schedules", "CosineDecay"): record(_COSINE, *list(_DECAY)[:2]),
    ("keras.optimizers.schedules", "CosineDecayRestarts"): record(_RESTARTS, *list(_RESTARTS)[:2]),
    ("keras.optimizers.schedules", "PiecewiseConstantDecay"): record(
        _PIECES, "boundaries", "values"
    ),
}

_schedule = one_of(SCHEDULES)


def learning_rate(value: Any, where: str) -> None:
    """Pass a number or a schedule."""
    (_schedule if isinstance(value, dict) else number)(value, where)


_COMMON: dict[str, Check] = {
    **dict.fromkeys(("weight_decay", "clipnorm", "global_clipnorm", "clipvalue"), optional(number)),
    "use_ema": flag,
    "ema_momentum": number,
    "ema_overwrite_frequency": optional(count),
    **dict.fromkeys(("loss_scale_factor", "gradient_accumulation_steps"), only(None)),
    "name": text,
    "learning_rate": learning_rate,
}

_ADAM: dict[str, Check] = {
    **_COMMON,
    **dict.fromkeys(("beta_1", "beta_2", "epsilon"), number),
    "amsgrad": flag,
}

OPTIMIZERS = {
    ("keras.optimizers", "SGD"): record({**_COMMON, "momentum": number, "nesterov": flag}),
    ("keras.optimizers", "Adam"): record(_ADAM),
    ("keras.optimizers", "AdamW"): record(_ADAM),
    ("keras.optimizers", "RMSprop"): record(
        {**_COMMON, **dict.fromkeys(("rho", "momentum", "epsilon"), number), "centered": flag}
    ),
}

_LOSS: dict[str, Check] = {"name": text, "reduction": text}
_CROSSENTROPY: dict[str, Check] = {
    **_LOSS,
    "from_logits": flag,
    "label_smoothing": number,
    "axis": integer,
}
LOSSES = {
    ("keras.losses", "BinaryCrossentropy"): record(_CROSSENTROPY),
    ("keras.losses", "CategoricalCrossentropy"): record(_CROSSENTROPY),
    ("keras.losses", "SparseCategoricalCrossentropy"): record(
        {**_CROSSENTROPY, "ignore_class": only(None)}
    ),
    ("keras.losses", "MeanSquaredError"): record(_LOSS),
}


def thresholds(value: Any, where: str) -> None:
    """Pass None, a number or a list of numbers."""
    if value is not None:
        (listing(number) if isinstance(value, list) else number)(value, where)


_METRIC: dict[str, Check] = {"name": text, "dtype": dtype}
_COUNT: dict[str, Check] = {**_METRIC, "thresholds": thresholds}
_CONFUSION = {**_COUNT, "top_k": optional(count), "class_id": optional(integer)}
_F_SCORE: dict[str, Check] = {
    **_METRIC,
    "average": only(None, "micro", "macro", "weighted"),
    "threshold": optional(number),
}
_SMOOTHED: dict[str, Check] = {**_METRIC, "from_logits": flag, "label_smoothing": number}
METRICS = {
    ("keras.metrics", "BinaryAccuracy"): record({**_METRIC, "threshold": number}),
    ("keras.metrics", "CategoricalAccuracy"): record(_METRIC),
    ("keras.metrics", "SparseCategoricalAccuracy"): record(_METRIC),
    ("keras.metrics", "BinaryCrossentropy"): record(_SMOOTHED),
    ("keras.metrics", "CategoricalCrossentropy"): record({**_SMOOTHED, "axis": integer}),
    ("keras.metrics", "SparseCategoricalCrossentropy"): record(
        {**_METRIC, "from_logits": flag, "ignore_class": only(None), "axis": integer}
    ),
    **{
        ("keras.metrics", name): record(_METRIC)
        for name in (
            "Accuracy", "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError",
            "MeanSquaredError", "MeanSquaredLogarithmicError", "RootMeanSquaredError",
        )
    },
    **{
        ("keras.metrics", name): record(_COUNT)
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")
    },
    ("keras.metrics", "Precision"): record(_CONFUSION),
    ("keras.metrics", "Recall"): record(_CONFUSION),
    ("keras.metrics", "AUC"): record(
        {
            **_COUNT,
            "num_thresholds": at_most(MOST_THRESHOLDS),
            "curve": only("ROC", "PR", "PRGAIN"),
            "summation_method": only("interpolation", "minoring", "majoring"),
            "multi_label": flag,
            "num_labels": optional(at_most(MOST_THRESHOLDS)),
            "label_weights": only(None),
            "from_logits": flag,
        }
    ),
    ("keras.metrics", "F1Score"): record(_F_SCORE),
    ("keras.metrics", "FBetaScore"): record({**_F_SCORE, "beta": number}),
    ("keras.metrics", "R2Score"): record(
        {
            **_METRIC,
            "class_aggregation": only(None, "uniform_average", "variance_weighted_average"),
            "num_regressors": only(0),
        }
    ),
    ("keras.metrics", "TopKCategoricalAccuracy"): record({**_METRIC, "k": count}),
    ("keras.metrics", "SparseTopKCategoricalAccuracy"): record({**_METRIC, "k": count}),
    **LOSSES,
}  # fmt: skip

FUNCTION = ("builtins", "function")
"""How Keras writes a function; its config is a name, which stays one."""


def named_or(allowed: dict[tuple[str, str], Check], by_output: bool = False) -> Check:
    """Return the check of a name, a function, an object on the list, or lists of these.

    With `by_output` these may stand in a dict by the name of the model's only output.
    """
    objects = one_of({**allowed, FUNCTION: text})

    def check(value: Any, where: str) -> None:
        if isinstance(value, list):
            listing(check)(value, where)
        elif value is not None:
            (objects if isinstance(value, dict) else text)(value, where)

    def check_by_output(value: Any, where: str) -> None:
        if by_output and isinstance(value, dict) and "class_name" not in value:
            value = _of_one_output(value, where)
        check(value, where)

    return check_by_output


def _of_one_output(value: dict[str, Any], where: str) -> Any:
    """Return what a dict by the outputs' names says of the only one."""
    if len(value) != 1 or "class_name" in value:  # with that name it would be an object
        refuse(where, "for one output, all that a model has", value)
    ((name, inner),) = value.items()
    text(name, where)
    return inner


def one_loss_weight(value: Any, where: str) -> None:
    """Pass None or 1, by itself, in a list or by the output's name: it changes nothing."""
    weight = _of_one_output(value, where) if isinstance(value, dict) else value
    if isinstance(weight, list) and len(weight) == 1:
        weight = weight[0]
    if weight is not None and (type(weight) not in (int, float) or weight != 1):
        refuse(where, "1 or None: the loss of the only output is the whole loss", value)
