"""An experiment: a network, its data and its training in words that both engines understand.

    {"seed": 42,
     "inputs": 8,
     "layers": [{"units": 8, "activation": "relu"}, {"units": 1, "activation": "sigmoid"}],
     "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.01}},
     "loss": "binary_crossentropy",
     "metrics": ["accuracy"],
     "data": {"rows": 43, "labels": "binary"},
     "fit": {"batch_size": 5, "epochs": 2}}

A layer is what `Dense` takes as arguments, or has the name of another class:
``{"class_name": "Dropout", "rate": 0.5}``; optimizer, loss and metrics are what `compile` takes,
names or Keras's own dictionaries; `fit` is passed on. `data` says which rows are drawn
(`keras_ref.rows`), or names a file: ``{"file": "rows.npz"}`` with the arrays x and y and maybe
sample_weight, x_val, y_val, sample_weight_val; its word `given` says how they are handed over
(`keras_ref.given`): ``{"given": "PyDataset"}``.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from keras_ref.given import WAYS, given
from keras_ref.rows import Rows, draw, read
from keras_ref.watch import UNWATCHED, Watcher

FIT = {"batch_size": 32, "epochs": 2}
TOP = {"inputs": int, "seed": int}
DATA = {
    "rows": int,
    "labels": str,
    "dtype": str,
    "scale": float,
    "sample_weight": bool,
    "validation_rows": int,
    "validation_weight": bool,
    "seed": int,
    "file": str,
    "given": str,
}
FIT_WORDS = {
    "batch_size": int,
    "epochs": int,
    "shuffle": bool,
    "validation_split": float,
    "validation_batch_size": int,
    "class_weight": dict,
    "initial_epoch": int,
    "steps_per_epoch": int,
    "validation_steps": int,
    "validation_freq": int,
}
LAYER_WORDS = {
    "units",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "trainable",
    "name",
    "dtype",
}
OTHER_LAYERS = {
    "Dropout": {"rate", "seed", "name", "dtype"},
    "Rescaling": {"scale", "offset", "name", "dtype"},
    "Normalization": {"mean", "variance", "invert", "name", "dtype"},
}
"""The layers without trained weights, with their arguments."""

KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false",
         dict: "an object"}  # fmt: skip


@dataclass(frozen=True)
class Experiment:
    """A training that either engine can run.

    Attributes
    ----------
    inputs : int
        How many features a row has.
    layers : list of dict
        The arguments of each `Dense`; of another layer with its class_name.
    optimizer, loss, metrics
        What `compile` takes.
    data : dict
        The arguments of `keras_ref.rows.draw` beyond the shapes, or ``{"file": …}``.
    fit : dict
        Arguments of `fit`: batch_size, epochs, shuffle, class_weight, validation_split, …
    seed : int
        For `set_random_seed`.
    """

    inputs: int
    layers: list[dict[str, Any]]
    loss: Any
    optimizer: Any = "sgd"
    metrics: list[Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)
    seed: int = 42

    @property
    def key(self) -> str:
        """The network in short, as 8-8-1."""
        return "-".join(str(n) for n in (self.inputs, *(x["units"] for x in self.dense)))

    @property
    def dense(self) -> list[dict[str, Any]]:
        """The arguments of the Dense layers."""
        return [layer for layer in self.layers if "class_name" not in layer]

    @property
    def batch_size(self) -> int:
        """How many rows an update takes."""
        return int(self.fit.get("batch_size", FIT["batch_size"]))

    def __str__(self) -> str:
        """Everything that is not a default, in one line."""
        activations = "-".join(str(layer.get("activation")) for layer in self.dense)
        words = [self.key, activations, _short(self.loss), _short(self.optimizer)]
        words += [_options(layer) for layer in self.layers]
        data = {"data seed" if name == "seed" else name: v for name, v in self.data.items()}
        words += [f"{name}={_short(value)}" for name, value in {**data, **self.fit}.items()]
        words += [f"metrics={[_short(m) for m in self.metrics]}" if self.metrics else ""]
        return " ".join([word for word in words if word] + [f"seed={self.seed}"])

    # --- files ----------------------------------------------------------------------------------

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON writes it."""
        return dataclasses.asdict(self)

    def save(self, path: Path) -> None:
        """Write the experiment as a file that `load` reads."""
        text = json.dumps(self.as_json(), indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Experiment:
        """Read an experiment; a data file's name is relative to it.

        Raises
        ------
        ValueError
            If the file does not say what an experiment needs.
        OSError
            If it cannot be read.
        """
        try:
            text = path.read_text(encoding="utf-8")
            found = json.loads(text, object_pairs_hook=_each_once)
        except ValueError as error:
            raise ValueError(f"Expected JSON in {path}. Received: {error}") from None
        experiment = cls.from_json(found)
        if "file" in experiment.data:
            rows = str((path.parent / experiment.data["file"]).resolve())
            experiment = dataclasses.replace(experiment, data={**experiment.data, "file": rows})
        return experiment

    @classmethod
    def from_json(cls, found: Any) -> Experiment:
        """Make an experiment of what `as_json` returned; raises as `load`."""
        names = {f.name for f in dataclasses.fields(cls)}
        if not isinstance(found, Mapping) or not {"inputs", "layers", "loss"} <= set(found):
            raise ValueError(
                "Expected an experiment: an object with inputs, layers and loss, maybe "
                f"{', '.join(sorted(names - {'inputs', 'layers', 'loss'}))}. "
                f"Received: {_keys(found)}"
            )
        if unknown := sorted(set(found) - names):
            raise ValueError(
                f"Expected only {', '.join(sorted(names))} in an experiment. "
                f"Received: {', '.join(unknown)}"
            )
        _check_layers(found["layers"])
        _check_words("experiment", {k: found[k] for k in ("inputs", "seed") if k in found}, TOP)
        _check_words("data", found.get("data", {}), DATA)
        _check_words("fit", found.get("fit", {}), FIT_WORDS)
        if "file" in found.get("data", {}) and set(found["data"]) - {"file", "given"}:
            raise ValueError(
                "Expected data to name a file, or to describe rows that are drawn. "
                f"Received: {', '.join(found['data'])}"
            )
        for number, weight in found.get("fit", {}).get("class_weight", {}).items():
            if not str(number).isdecimal() or type(weight) not in (int, float):
                raise ValueError(
                    'Expected class_weight to have class numbers, as {"0": 1.0, "1": 2.5}. '
                    f"Received: class_weight={found['fit']['class_weight']!r}"
                )
        if (way := found.get("data", {}).get("given", "arrays")) not in WAYS:
            raise ValueError(f"Expected given to be one of {', '.join(WAYS)}. Received: {way!r}")
        if found["inputs"] < 1:
            raise ValueError(f"Expected inputs ≥ 1. Received: inputs={found['inputs']}")
        return cls(**found)

    # --- running --------------------------------------------------------------------------------

    def rows(self) -> Rows:
        """The data: what a file holds, or what the description draws."""
        if "file" in self.data:
            return read(Path(self.data["file"]))
        described = {name: value for name, value in self.data.items() if name != "given"}
        return draw(self.inputs, self.dense[-1]["units"], **described)

    def build(self, keras: Any) -> Any:
        """Return the model, compiled, its weights drawn from the seed."""
        keras.utils.set_random_seed(self.seed)
        own = copy.deepcopy(self)  # Keras writes into the dictionaries it is given
        layers = []
        for layer in own.layers:
            arguments = {name: value for name, value in layer.items() if name != "class_name"}
            layers.append(getattr(keras.layers, layer.get("class_name", "Dense"))(**arguments))
        model = keras.Sequential([keras.Input((self.inputs,)), *layers])
        model.compile(
            optimizer=keras.optimizers.get(own.optimizer),
            loss=keras.losses.get(own.loss),
            # Keras's compile would take a dictionary for names of outputs.
            metrics=_made(keras, own.metrics),
        )
        return model

    def fit_arguments(self, rows: Rows) -> dict[str, Any]:
        """What `fit` is called with, beside x and y."""
        arguments = {**FIT, **self.fit, "sample_weight": rows.sample_weight, "verbose": 0}
        if weights := arguments.get("class_weight"):  # JSON's keys are texts
            arguments["class_weight"] = {int(k): float(v) for k, v in weights.items()}
        if rows.validation is not None:
            arguments["validation_data"] = rows.validation
        return arguments

    def _handed_over(self, keras: Any, rows: Rows) -> dict[str, Any]:
        """The rows as `fit` of `keras` gets them."""
        told = self._given(keras, rows.x, rows.y, rows.sample_weight)
        arguments = dict(zip(("x", "y", "sample_weight"), (*told, None, None), strict=False))
        if rows.validation is not None:
            told = self._given(keras, *rows.validation)
            arguments["validation_data"] = told if len(told) > 1 else told[0]
        if self._way == "generator":
            arguments["shuffle"] = False  # Keras warns that it cannot
        return arguments

    @property
    def _way(self) -> str:
        return str(self.data.get("given", "arrays"))

    def _given(self, keras: Any, *arrays: Any) -> tuple[Any, ...]:
        return given(keras, self._way, self.batch_size, *arrays)

    def run(self, keras: Any, watcher: Watcher = UNWATCHED) -> dict[str, np.ndarray]:
        """Train, predict and evaluate; return everything that can be compared, by name."""
        rows = self.rows()
        model = self.build(keras)
        callbacks = watcher.attach(model, self.key)
        with _going_on(keras):
            arguments = self.fit_arguments(rows) | self._handed_over(keras, rows)
            told = model.fit(callbacks=callbacks, **arguments)
        history = told.history
        x, y = rows.unseen
        batch = {"batch_size": self.batch_size, "verbose": 0}
        if self._way == "generator":
            batch["steps"] = -(-len(x) // self.batch_size)
        evaluated = model.evaluate(*self._given(keras, x, y), **batch, return_dict=True)
        predicted = model.predict(*self._given(keras, x), **batch)
        watcher.finished(evaluated, predicted)
        told = {f"History {k}": np.array(v) for k, v in history.items()}
        told |= {f"weights {i}": np.array(w) for i, w in enumerate(model.get_weights())}
        told |= {f"evaluate {k}": np.array(v) for k, v in evaluated.items()}
        return told | {"predict": np.asarray(predicted)}


@contextmanager
def _going_on(keras: Any) -> Iterator[None]:
    """Let the engine go on when the loss is no number any more, as Keras does."""
    policy = getattr(keras.config, "nonfinite_policy", None)
    if policy is None:
        yield
        return
    before = policy()
    keras.config.set_nonfinite_policy("continue")
    try:
        yield
    finally:
        keras.config.set_nonfinite_policy(before)


def _made(keras: Any, metrics: Any) -> Any:
    """Return the metrics, those in dictionaries made: compile takes these for names of outputs."""
    if not isinstance(metrics, list):
        return metrics
    return [keras.metrics.get(m) if isinstance(m, dict) else m for m in metrics]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of a JSON file; a word that stands there twice is a mistake."""
    words = [word for word, _ in pairs]
    if twice := sorted({word for word in words if words.count(word) > 1}):
        raise ValueError(f"{', '.join(twice)} twice in one object")
    return dict(pairs)


def _check_layers(layers: Any) -> None:
    if not isinstance(layers, list) or not layers:
        raise ValueError(
            f"Expected layers to be a list of Dense arguments. Received: layers={layers!r}"
        )
    for layer in layers:
        kind = layer.get("class_name") if isinstance(layer, Mapping) else None
        if not isinstance(layer, Mapping) or (kind is None and "units" not in layer):
            raise ValueError(f"Expected each layer to be an object with units. Received: {layer!r}")
        if kind is not None and kind not in OTHER_LAYERS:
            raise ValueError(
                f"Expected class_name of a layer to be one of {', '.join(OTHER_LAYERS)}, or none "
                f"for a Dense. Received: class_name={kind!r}"
            )
        known = LAYER_WORDS if kind is None else {"class_name", *OTHER_LAYERS[kind]}
        if unknown := sorted(set(layer) - known):
            raise ValueError(
                f"Expected a layer to have only {', '.join(sorted(known))}. "
                f"Received: {', '.join(unknown)}"
            )
    if not any("units" in layer for layer in layers):
        raise ValueError("Expected a layer with units. Received: none")


def _check_words(part: str, found: Any, known: Mapping[str, type]) -> None:
    """Raise a ValueError if a part of an experiment has other words, or values of other kinds."""
    if not isinstance(found, Mapping):
        raise ValueError(f"Expected {part} to be an object. Received: {part}={found!r}")
    if unknown := sorted(set(found) - set(known)):
        raise ValueError(
            f"Expected {part} to have only {', '.join(known)}. Received: {', '.join(unknown)}"
        )
    for name, value in found.items():
        kind = known[name]
        fits = isinstance(value, int | float if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise ValueError(
                f"Expected {name} of the {part} to be {KINDS[kind]}. Received: {name}={value!r}"
            )


def _short(value: Any) -> str:
    """Return "Adam(learning_rate=0.1)" for Keras's dictionaries, else the value as text."""
    if isinstance(value, Mapping) and "class_name" in value:
        options = ", ".join(f"{k}={_short(v)}" for k, v in value.get("config", {}).items())
        return f"{value['class_name']}({options})"
    return str(value)


def _options(layer: Mapping[str, Any]) -> str:
    """Return a layer's arguments beyond its size and activation."""
    rest = {k: v for k, v in layer.items() if k not in ("units", "activation")}
    return " ".join(f"{k}={_short(v)}" for k, v in rest.items())


def _keys(found: Any) -> str:
    return ", ".join(map(str, found)) if isinstance(found, Mapping) else repr(found)
