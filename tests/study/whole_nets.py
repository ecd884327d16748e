"""Networks drawn at random of everything that a step may have, beyond tests/study/random_nets.py.

Layers without trained weights, before, between and behind the Dense ones; frozen weights; penalties
on activations; reductions of the loss; clipping, decay, schedules, moving averages; all optimizers.
"""

from typing import Any

import numpy as np

import engine
from tests.study.random_nets import ROWS, labels, regularizer, shape

SCHEDULES = (
    lambda: engine.optimizers.schedules.ExponentialDecay(0.02, 3, 0.7),
    lambda: engine.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.02, 0.01, 0.005]),
    lambda: engine.optimizers.schedules.PolynomialDecay(0.02, 5, 0.001, power=2.0),
    lambda: engine.optimizers.schedules.InverseTimeDecay(0.02, 2, 0.5),
    lambda: engine.optimizers.schedules.CosineDecay(0.02, 9),
    lambda: engine.optimizers.schedules.CosineDecay(0.001, 9, warmup_target=0.02, warmup_steps=2),
    lambda: engine.optimizers.schedules.CosineDecayRestarts(0.02, 2),
)


def between(rng: Any, width: int, most: int = 2, drops: bool = True) -> list[Any]:
    """Some layers without trained weights for rows of `width` numbers, Dropouts if `drops`."""
    room = engine.layers
    makers = (
        lambda: room.Dropout(float(rng.choice([0.2, 0.5, 0.9]))),
        lambda: room.Dropout(float(rng.choice([0.0, 1.0]))),
        lambda: room.Flatten(),
        lambda: room.Rescaling(float(rng.normal()), float(rng.normal())),
        lambda: room.Rescaling(rng.normal(size=width), 0.25),
        lambda: room.Normalization(mean=rng.normal(size=width), variance=rng.random(width) + 0.1),
        lambda: room.Normalization(mean=0.5, variance=2.0, invert=True),
    )
    chosen = rng.choice(len(makers), rng.integers(0, most + 1), p=[0.3, 0.04, *[0.132] * 5])
    return [makers[k]() for k in chosen if k > 1 or drops]


def optimizer(rng: Any) -> Any:
    """An optimizer with some of its options."""
    room = engine.optimizers
    rate: Any = 0.02 if rng.random() < 0.6 else SCHEDULES[rng.integers(len(SCHEDULES))]()
    options: dict[str, Any] = {}
    clip = rng.choice(["", "clipvalue", "clipnorm", "global_clipnorm", "global_clipnorm"])
    if clip:
        options[clip] = float(rng.choice([0.01, 0.3, 100.0]))
    if rng.random() < 0.4:
        options["weight_decay"] = 0.03
    if rng.random() < 0.4:
        every = rng.choice([0, 2])
        options |= {"use_ema": True, "ema_momentum": 0.8}
        options |= {"ema_overwrite_frequency": int(every)} if every else {}
    makers = (
        lambda: room.SGD(rate, **options),
        lambda: room.SGD(rate, momentum=0.9, nesterov=bool(rng.random() < 0.5), **options),
        lambda: room.Adam(rate, amsgrad=bool(rng.random() < 0.3), **options),
        lambda: room.AdamW(rate, **options),
        lambda: room.RMSprop(
            rate,
            momentum=float(rng.choice([0.0, 0.7])),
            centered=bool(rng.random() < 0.5),
            **options,
        ),
    )
    made = makers[rng.integers(len(makers))]()
    if rng.random() < 0.3:
        made.exclude_from_weight_decay(var_names=["bias"])
    return made


def draw(seed: int, rows: int | None = None) -> tuple[Any, Any, Any, Any, str]:
    """A compiled model, features, labels, sample weights or None, and what it is in words."""
    rng = np.random.default_rng(seed)
    engine.utils.set_random_seed(seed)
    name, width, sizes, activations = shape(rng, seed, widest=29)
    parts = [engine.Input((width,)), *between(rng, width)]
    if rng.random() < 0.2:  # rows of two axes
        parts = [engine.Input((1, width)), engine.layers.Flatten()]
    for number, (units, activation) in enumerate(zip(sizes, activations, strict=True)):
        dense = engine.layers.Dense(
            units, activation, use_bias=bool(rng.random() < 0.8),
            bias_initializer="random_normal", kernel_regularizer=regularizer(rng),
            bias_regularizer=regularizer(rng), activity_regularizer=regularizer(rng),
            trainable=bool(rng.random() < 0.75),
        )  # fmt: skip
        # Probabilities that are all dropped would be 0/0.
        ends = number == len(sizes) - 1
        parts += [dense, *between(rng, units, 1 if ends else 2, not (ends and "Cat" in name))]
    model = engine.Sequential(parts)
    if not model.trainable_weights:
        next(x for x in model.layers if hasattr(x, "kernel")).trainable = True
    options: dict[str, Any] = {}
    if name in ("BinaryCrossentropy", "CategoricalCrossentropy") and rng.random() < 0.3:
        options["label_smoothing"] = 0.1
    if rng.random() < 0.4:
        options["reduction"] = str(rng.choice(["sum", "mean_with_sample_weight"]))
    watched = {"MeanSquaredError": ["mse"]}.get(name, ["accuracy"]) if rng.random() < 0.5 else None
    model.compile(optimizer(rng), getattr(engine.losses, name)(**options), metrics=watched,
                  weighted_metrics=watched if rng.random() < 0.2 else None)  # fmt: skip
    rows = int(rng.choice(ROWS)) if rows is None else rows
    x = 2 * rng.normal(size=(rows, *model.input_shape[1:]))
    y = labels(rng, name, rows, sizes[-1])
    weights = rng.uniform(0.5, 2.0, rows) if rng.random() < 0.4 else None
    words = " ".join(
        f"{type(layer).__name__}{getattr(layer, 'units', '')}" for layer in model.layers
    )
    own = type(model.optimizer).__name__
    return model, x, y, weights, f"{name} {options}, {words}, {own}, {rows} rows"


def classifier() -> tuple[Any, Any, Any]:
    """A normalized, dropped, penalized network; smoothed labels; AdamW with much around it."""
    engine.utils.set_random_seed(1)
    room = engine.layers
    model = engine.Sequential(
        [
            engine.Input((4,)),
            room.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 4.0, 9.0, 16.0]),
            room.Dense(5, "relu", kernel_regularizer="l2", name="hidden"),
            room.Dropout(0.4),
            room.Dense(3, "softmax", name="out"),
        ]
    )
    model.compile(
        engine.optimizers.AdamW(SCHEDULES[0](), clipnorm=0.5, use_ema=True),
        engine.losses.CategoricalCrossentropy(label_smoothing=0.1),
    )
    rng = np.random.default_rng(0)
    return model, rng.normal(size=(4, 4)) * 2 + 2, np.eye(3)[rng.integers(0, 3, 4)]


def fine_tuned() -> tuple[Any, Any, Any]:
    """A frozen layer in front and one behind, penalized activations, a shortened rate, a sum."""
    engine.utils.set_random_seed(2)
    room, both = engine.layers, engine.regularizers.L1L2(0.01, 0.1)
    model = engine.Sequential(
        [
            engine.Input((2, 2)),
            room.Flatten(),
            room.Rescaling(1 / 255),
            room.Dense(4, "tanh", name="base", trainable=False),
            room.Dense(4, "sigmoid", name="middle", activity_regularizer=both),
            room.Dropout(0.5),
            room.Dense(2, "elu", name="kept", trainable=False),
            room.Dense(1, "sigmoid", name="out"),
        ]
    )
    model.compile(
        engine.optimizers.SGD(0.1, momentum=0.9, global_clipnorm=0.05, weight_decay=0.01),
        engine.losses.BinaryCrossentropy(reduction="sum"),
    )
    rng = np.random.default_rng(0)
    return model, rng.integers(0, 255, size=(3, 2, 2)), rng.integers(0, 2, (3, 1))


def regressor() -> tuple[Any, Any, Any]:
    """A loss on what a layer behind the last Dense makes; RMSprop; an overwritten weight."""
    engine.utils.set_random_seed(3)
    room = engine.layers
    model = engine.Sequential(
        [
            engine.Input((2,)),
            room.Rescaling(2.0, -1.0),
            room.Dropout(0.2),
            room.Dense(3, "elu"),
            room.Dense(2),
            room.Normalization(mean=1.0, variance=4.0, invert=True),
        ]
    )
    model.compile(
        engine.optimizers.RMSprop(
            0.01, centered=True, momentum=0.5, clipvalue=0.02,
            use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=2,
        ),
        "mse",
    )  # fmt: skip
    rng = np.random.default_rng(0)
    return model, rng.normal(size=(3, 2)), rng.normal(size=(3, 2))


EXAMPLES = {"classifier": classifier, "fine-tuned": fine_tuned, "regressor": regressor}
"""Three models that have, between them, every part once."""
