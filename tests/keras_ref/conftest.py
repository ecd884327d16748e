"""Fabricated runs: small, complete, and no engine took part."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from datasets import Split
from keras_ref.run import Fit, Run

ROWS, TESTS = 30, 20


def fabricated_split(name="toy"):
    rng = np.random.default_rng(3)

    def part(rows):
        x = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["a", "b"])
        return x, (x["a"] > 0).astype(int)

    (x_train, y_train), (x_test, y_test) = part(ROWS), part(TESTS)
    return Split(x_train, y_train, x_test, y_test, name, ("no", "yes"))


def fabricated_fit(name="2-1", **changes):
    rng = np.random.default_rng(5)
    split = fabricated_split()
    values = {
        "name": name,
        "group": name.split(",")[0],
        "model": SimpleNamespace(name="sequential"),
        "parameters": 3,
        "initial_weights": [rng.normal(size=(2, 1)).astype("f4"), np.zeros(1, "f4")],
        "weights": [rng.normal(size=(2, 1)).astype("f4"), rng.normal(size=1).astype("f4")],
        "history": {
            "accuracy": [0.5, 0.75],
            "loss": [0.75, 0.5],
            "val_accuracy": [0.5, 0.75],
            "val_loss": [0.8, 0.6],
        },
        "accuracy": 15 / TESTS,
        "predictions": split.x_test[["a"]].to_numpy() / 10 + 0.5,
        "seconds": 0.001,
        "split": split,
    }
    return Fit(**{**values, **changes})


def fabricated_run(fits=None, **changes):
    values = {"key": "toy", "seed": 42, "data": "toy", "size": "all 50 rows"}
    return Run(fits=fits or [fabricated_fit()], **{**values, **changes})


@pytest.fixture
def make_fit():
    return fabricated_fit


@pytest.fixture
def make_run():
    return fabricated_run


@pytest.fixture
def orders():
    order = np.stack([np.random.default_rng(1).permutation(ROWS)] * 2)
    return {ROWS: (order, order.copy())}
