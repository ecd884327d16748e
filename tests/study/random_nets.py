"""Networks drawn at random: every activation, loss, optimizer and regularizer, and any size."""

from typing import Any

import numpy as np

import engine

HIDDEN = ("relu", "elu", "sigmoid", "tanh", "leaky_relu", "softmax", "linear")
ROWS = (1, 2, 3, 5, 8, 10, 16, 32, 33, 100, 500, 1300)

# What the loss is, the last activation (None: any), the fewest and the most outputs.
OUTPUTS = (
    ("BinaryCrossentropy", "sigmoid", 1, 1),
    ("BinaryCrossentropy", "sigmoid", 2, 3),
    ("BinaryCrossentropy", "softmax", 3, 3),
    ("BinaryCrossentropy", "tanh", 1, 3),
    ("CategoricalCrossentropy", "softmax", 2, 20),
    ("CategoricalCrossentropy", "elu", 4, 4),
    ("SparseCategoricalCrossentropy", "softmax", 2, 20),
    ("SparseCategoricalCrossentropy", "relu", 3, 3),
    ("MeanSquaredError", None, 1, 5),
)

OPTIMIZERS = (
    lambda: engine.optimizers.SGD(0.1),
    lambda: engine.optimizers.SGD(0.1, momentum=0.9),
    lambda: engine.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    lambda: engine.optimizers.Adam(0.01),
    lambda: engine.optimizers.Adam(0.01, amsgrad=True),
)


def regularizer(rng: Any) -> Any:
    """A penalty, or as often none."""
    room = engine.regularizers
    return rng.choice([None, None, None, room.L1(0.02), room.L2(0.03), room.L1L2(0.01, 0.02)])


def shape(rng: Any, seed: int, widest: int) -> tuple[str, int, list[int], list[str]]:
    """The loss's name, the number of inputs, and the units and activation of each Dense layer."""
    name, last, fewest, most = OUTPUTS[seed % len(OUTPUTS)]
    last, outputs = last or str(rng.choice(HIDDEN)), int(rng.integers(fewest, most + 1))
    width, *hidden = (int(w) for w in rng.integers(1, widest + 1, rng.integers(1, 5)))
    sizes = [*hidden, outputs]
    drawn = [*(str(a) for a in rng.choice(HIDDEN, len(hidden))), last]
    # A softmax of one unit is 1 whatever it is given.
    activations = [
        "tanh" if (units, a) == (1, "softmax") else a for units, a in zip(sizes, drawn, strict=True)
    ]
    return name, width, sizes, activations


def labels(rng: Any, name: str, rows: int, outputs: int) -> Any:
    """Labels for the loss `name`; all kinds are drawn, so that the draws behind do not differ."""
    classes = rng.integers(0, outputs, rows)
    y = {
        "BinaryCrossentropy": rng.random((rows, outputs)) > 0.5,
        "CategoricalCrossentropy": np.eye(outputs)[classes],
        "SparseCategoricalCrossentropy": classes,
        "MeanSquaredError": rng.normal(size=(rows, outputs)),
    }[name]
    return y * 1.0


def draw(seed: int) -> tuple[Any, Any, Any, Any, str]:
    """A compiled model, features, labels, sample weights or None, and what it is in words."""
    rng = np.random.default_rng(seed)
    engine.utils.set_random_seed(seed)
    name, width, sizes, activations = shape(rng, seed, widest=39)
    layers = [
        engine.layers.Dense(
            units, activation, use_bias=bool(rng.random() < 0.8),
            bias_initializer="random_normal", kernel_regularizer=regularizer(rng),
            bias_regularizer=regularizer(rng),
        )
        for units, activation in zip(sizes, activations, strict=True)
    ]  # fmt: skip
    model = engine.Sequential([engine.Input((width,)), *layers])
    smoothed = name in ("BinaryCrossentropy", "CategoricalCrossentropy") and rng.random() < 0.2
    loss = getattr(engine.losses, name)(**({"label_smoothing": 0.1} if smoothed else {}))
    watched = {"MeanSquaredError": ["mse"]}.get(name, ["accuracy"]) if rng.random() < 0.5 else None
    optimizer = OPTIMIZERS[rng.integers(len(OPTIMIZERS))]()
    model.compile(optimizer, loss, metrics=watched)
    rows = int(rng.choice(ROWS))
    x = 2 * rng.normal(size=(rows, width))
    y = labels(rng, name, rows, sizes[-1])
    weights = rng.uniform(0.5, 2.0, rows) if rng.random() < 0.3 else None
    words = f"{name}, {'-'.join(map(str, [width, *sizes]))} {' '.join(activations)}, {rows} rows"
    return model, x, y, weights, words
