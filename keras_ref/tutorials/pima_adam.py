"""Tutorial pima-adam: a deeper network on the Pima Indians' data, ten samples per step.

8-10-8-8-1, relu relu relu sigmoid, Adam(), batch 10, 20 epochs; rows 0–567 to train, 568–767 to
test, as measured. Published: test accuracy 0.71.
"""

from __future__ import annotations

from typing import Any

from datasets import pima_adam_split
from keras_ref.run import Record, Run, Tell, nothing
from keras_ref.watch import UNWATCHED, Watcher

KEY = "pima-adam"
TITLE = "Pima Indians diabetes, Adam with ten samples per step"
PARAMETERS = [259]
PUBLISHED = "0.71"


def network(keras: Any) -> Any:
    """Return the model, not compiled."""
    model = keras.Sequential()
    model.add(keras.layers.Dense(10, input_dim=8, activation="relu"))
    model.add(keras.layers.Dense(8, activation="relu"))
    model.add(keras.layers.Dense(8, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    return model


def run(
    keras: Any,
    seed: int,
    *,
    full: bool = True,
    verbose: int = 0,
    tell: Tell = nothing,
    watcher: Watcher = UNWATCHED,
) -> Run:
    """Train and evaluate; all rows, whether `full` or not."""
    split = pima_adam_split()
    X_train, y_train, X_test, y_test = split.arrays()

    keras.utils.set_random_seed(seed)
    model = network(keras)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    record = Record(model, "8-10-8-8-1", watcher)
    tell(f"{len(X_train)} rows × 20 epochs")
    with record.clock():
        history = model.fit(
            X_train, y_train, epochs=20, batch_size=10, verbose=verbose, callbacks=record.callbacks
        )
    evaluated = model.evaluate(X_test, y_test, verbose=0)
    predictions = model.predict(X_test, verbose=0)

    fit = record.finish(split, history, evaluated, predictions)
    return Run(KEY, seed, [fit], split.name, f"all {len(X_train)} + {len(X_test)} rows")
