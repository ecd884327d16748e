"""Calls one after the other as a story: told once by Keras and once by the engine."""

from dataclasses import replace
from typing import Any

import numpy as np

import engine
from keras_ref.experiment import Experiment
from keras_ref.rows import Rows


def rows_of(experiment: Experiment, number: int = 0) -> Rows:
    """The experiment's rows; other ones for each number."""
    return replace(experiment, data={**experiment.data, "seed": number}).rows()


def fit(model: Any, experiment: Experiment, number: int = 0, **changes: Any) -> dict[str, Any]:
    """Train as the experiment says; the History as arrays, and the weights."""
    rows = rows_of(experiment, number)
    arguments = {**experiment.fit_arguments(rows), **changes}
    history = model.fit(rows.x, rows.y, **arguments).history
    return {f"History {k}": np.array(v) for k, v in history.items()} | weights_of(model)


def weights_of(model: Any) -> dict[str, Any]:
    return {f"weights {i}": w for i, w in enumerate(model.get_weights())}


def afterwards(model: Any, experiment: Experiment) -> dict[str, Any]:
    """Predictions and evaluations on other data."""
    x, y = experiment.rows().unseen
    told = {"predict": model.predict(x, batch_size=7, verbose=0)}
    result = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    return told | {f"evaluate {k}": np.array(v) for k, v in result.items()}


def both(keras: Any, story: Any, *arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The story as the engine tells it, and as Keras does; the names must agree, in order."""
    told = []
    for side in (engine, keras):
        side.utils.clear_session()  # metrics are numbered by how many there have been
        told.append(story(side, *arguments))
    ours, theirs = told
    assert list(ours) == list(theirs)
    return ours, theirs
