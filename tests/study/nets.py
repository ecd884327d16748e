"""Small networks with every activation and loss, and data on which all of them are smooth."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import engine

ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softmax")
INPUTS, HIDDEN = 3, 5


@dataclass(frozen=True)
class Form:
    """A loss, what it works on, and the network's last layer."""

    loss: str
    output: str
    units: int
    options: dict[str, Any] = field(default_factory=dict)
    probabilities: bool = False

    def __str__(self) -> str:
        options = "".join(f" {k}={v}" for k, v in self.options.items())
        short = self.loss.replace("Categorical", "C").replace("Crossentropy", "CE")
        return f"{short}{options} on {self.units} {self.output}"

    @property
    def sparse(self) -> bool:
        return self.loss.startswith("Sparse")

    def make_loss(self) -> Any:
        return getattr(engine.losses, self.loss)(**self.options)


LOGITS = {"from_logits": True}
BINARY, CATEGORICAL, SPARSE, SQUARED = (
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "MeanSquaredError",
)
SOFT = ("sigmoid", "softmax")
FORMS = [
    # the logits of a sigmoid or softmax
    *(Form(BINARY, "sigmoid", units) for units in (1, 3)),
    *(Form(loss, output, 3) for loss in (CATEGORICAL, SPARSE) for output in SOFT),
    Form(BINARY, "softmax", 3),
    # the output is said to be logits
    *(Form(BINARY, "linear", units, LOGITS) for units in (1, 3)),
    *(Form(loss, "linear", 3, LOGITS) for loss in (CATEGORICAL, SPARSE)),
    *(Form(loss, "tanh", 3, LOGITS) for loss in (BINARY, CATEGORICAL, SPARSE)),
    Form(BINARY, "sigmoid", 3, LOGITS),
    # probabilities, however they came about
    *(
        Form(loss, output, 3, {}, True)
        for loss in (BINARY, CATEGORICAL, SPARSE)
        for output in ("linear", "relu", "leaky_relu", "elu", "tanh")
    ),
    Form(BINARY, "linear", 1, {}, True),
    # smoothed labels
    Form(BINARY, "sigmoid", 3, {"label_smoothing": 0.2}),
    Form(CATEGORICAL, "softmax", 3, {"label_smoothing": 0.2}),
    Form(CATEGORICAL, "linear", 3, {"label_smoothing": 0.2}, True),
    # squares
    *(Form(SQUARED, output, 3) for output in ACTIVATIONS),
    Form(SQUARED, "linear", 1),
]


def penalized() -> list[dict[str, Any]]:
    """Regularizers for two layers: every class, on kernels and biases; one bias has none."""
    room = engine.regularizers
    return [
        {"kernel_regularizer": room.L2(0.2), "bias_regularizer": room.L1(0.05)},
        {"kernel_regularizer": room.L1L2(0.03, 0.1)},
    ]


def make_model(
    form: Form,
    hidden: str,
    rng: Any,
    use_bias: bool = True,
    optimizer: Any = None,
    penalties: Any = ({}, {}),
) -> Any:
    """A network of two layers with weights that no symmetry makes equal."""
    first, second = penalties
    model = engine.Sequential(
        [
            engine.Input((INPUTS,)),
            engine.layers.Dense(HIDDEN, activation=hidden, use_bias=use_bias, **first),
            engine.layers.Dense(form.units, activation=form.output, use_bias=use_bias, **second),
        ]
    )
    model.compile(optimizer or engine.optimizers.SGD(0.1), form.make_loss())
    if form.probabilities:  # all numbers positive and small, so that 0 < p < 1
        model.set_weights([rng.uniform(0.05, 0.25, w.shape) for w in model.weights])
    else:
        model.set_weights([rng.normal(scale=0.6, size=w.shape) for w in model.weights])
    return model


def make_data(form: Form, rows: int, rng: Any) -> tuple[Any, Any, Any]:
    """Features, labels and sample weights; nothing is 0, 1 or the same twice."""
    x = (
        rng.uniform(0.5, 1.0, (rows, INPUTS))
        if form.probabilities
        else rng.normal(size=(rows, INPUTS))
    )
    if form.sparse:
        y = rng.integers(0, form.units, rows)
    elif form.loss == CATEGORICAL:
        y = np.eye(form.units)[rng.integers(0, form.units, rows)]
    elif form.loss == BINARY:
        y = (rng.random((rows, form.units)) > 0.5).astype("float64")
    else:
        y = rng.normal(size=(rows, form.units))
    return x, y, rng.uniform(0.2, 3.0, rows)


def well_behaved(model: Any, x: Any, margin: float = 1e-3) -> bool:
    """Whether no relu is so near its kink that a small step would cross it, and no tanh so near 1
    that 1 − a² loses its digits.
    """
    a = np.asarray(x, model.weights[0].dtype)
    for layer in model.layers:
        kernel, bias = layer.kernel.numpy(), 0 if layer.bias is None else layer.bias.numpy()
        z = a @ kernel + bias
        if layer.activation.__name__ in ("relu", "leaky_relu") and np.abs(z).min() < margin:
            return False
        if layer.activation.__name__ == "tanh" and np.abs(z).max() > 3:
            return False
        a = layer.activation(z)
    return True


def smooth_case(
    form: Form,
    hidden: str,
    rows: int,
    rng: Any,
    use_bias: bool = True,
    optimizer: Any = None,
    penalties: Any = ({}, {}),
) -> tuple[Any, Any, Any, Any]:
    """A network and data on which the loss is smooth and its gradient has all its digits."""
    for _ in range(200):
        model = make_model(form, hidden, rng, use_bias, optimizer, penalties)
        x, y, w = make_data(form, rows, rng)
        if well_behaved(model, x):
            return model, x, y, w
    raise AssertionError("no smooth case found")
