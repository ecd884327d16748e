"""A failing experiment → the smallest that still fails.

Simpler experiments are tried one after the other, the greatest simplification first; whichever
still fails takes the place of the one before, until none does or the trials are used up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from keras_ref.experiment import Experiment

TRIALS = 80


def shrink(
    experiment: Experiment, fails: Callable[[Experiment], bool], trials: int = TRIALS
) -> Experiment:
    """Return the simplest experiment found for which `fails` holds.

    Parameters
    ----------
    experiment : Experiment
        One for which `fails` holds.
    fails : callable
        Whether an experiment still shows what is looked for.
    trials : int
        How often `fails` may be asked.
    """
    seen = {str(experiment)}
    simpler = True
    while simpler:
        simpler = False
        for candidate in _simpler(experiment):
            if str(candidate) in seen:
                continue
            if not trials:
                return experiment
            seen.add(str(candidate))
            trials -= 1
            if fails(candidate):
                experiment, simpler = candidate, True
                break
    return experiment


def _simpler(experiment: Experiment) -> Iterator[Experiment]:
    """Yield experiments with one thing less each."""
    change = dataclasses.replace
    layers, data, fit = experiment.layers, experiment.data, experiment.fit
    for number in range(len(layers) - 1):
        yield change(experiment, layers=layers[:number] + layers[number + 1 :])
    if fit.get("epochs", 2) > 1:
        first = {k: v for k, v in fit.items() if k != "initial_epoch"}
        yield change(experiment, fit={**first, "epochs": 1})
    for name in (
        "initial_epoch",
        "class_weight",
        "validation_split",
        "validation_batch_size",
        "shuffle",
    ):
        if name in fit:
            yield change(experiment, fit={k: v for k, v in fit.items() if k != name})
    for name in ("sample_weight", "validation_rows", "validation_weight", "scale", "dtype"):
        if name in data:
            yield change(experiment, data={k: v for k, v in data.items() if k != name})
    if experiment.metrics:
        yield change(experiment, metrics=None)
    for name, value in (("optimizer", experiment.optimizer), ("loss", experiment.loss)):
        for simple in _fewer_options(value):
            yield change(experiment, **{name: simple})
    if experiment.optimizer != "sgd":
        yield change(experiment, optimizer="sgd")
    for number, layer in enumerate(layers):
        for simple in _simpler_layers(layer, last=number == len(layers) - 1):
            yield change(experiment, layers=[*layers[:number], simple, *layers[number + 1 :]])
    for inputs in _smaller(experiment.inputs):
        yield change(experiment, inputs=inputs)
    batch = fit.get("batch_size", 32)
    for rows in (*((batch,) if batch < data.get("rows", 43) else ()), *_smaller(data["rows"])):
        yield change(experiment, data={**data, "rows": rows})
    for size in _smaller(batch):
        yield change(experiment, fit={**fit, "batch_size": size})


def _fewer_options(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        options = value.get("config", {})
        for name in options:
            rest = {k: v for k, v in options.items() if k != name}
            yield {**value, "config": rest}


def _simpler_layers(layer: dict[str, Any], last: bool) -> Iterator[dict[str, Any]]:
    for name in layer:
        if name not in ("units", "activation"):
            yield {k: v for k, v in layer.items() if k != name}
    if not last:
        for activation in ("relu", None):
            if layer.get("activation") not in (activation, None):
                yield {**layer, "activation": activation}
    for units in _smaller(layer["units"]):
        yield {**layer, "units": units}


def _smaller(number: int) -> Iterator[int]:
    """Yield smaller whole numbers ≥ 1, the smallest first."""
    for candidate in dict.fromkeys((1, 2, number // 2, number - 1)):
        if 1 <= candidate < number:
            yield candidate
