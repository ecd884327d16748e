"""Tutorial pima-sgd: a first network on the Pima Indians' data, one sample per step.

8-8-8-1, relu relu sigmoid, SGD(0.01), batch 1, 4 epochs; 514 rows to train, 254 to test.
Published: accuracy in training 0.68 → 0.78, test 0.72.
"""

from __future__ import annotations

from typing import Any

from datasets import pima_sgd_split
from keras_ref.run import Record, Run, Tell, nothing
from keras_ref.watch import UNWATCHED, Watcher

KEY = "pima-sgd"
TITLE = "Pima Indians diabetes, SGD with one sample per step"
PARAMETERS = [153]
PUBLISHED = "0.72"


def network(keras: Any) -> Any:
    """Return the model, not compiled."""
    model = keras.Sequential()
    model.add(keras.layers.Dense(8, input_shape=(8,), activation="relu"))
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
    epochs: int = 4,
) -> Run:
    """Train and evaluate; all rows, whether `full` or not."""
    split = pima_sgd_split()
    X_train, y_train, X_test, y_test = split.arrays()

    keras.utils.set_random_seed(seed)
    model = network(keras)
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    record = Record(model, "8-8-8-1", watcher)
    tell(f"{len(X_train)} rows × {epochs} epochs")
    with record.clock():
        history = model.fit(
            X_train,
            y_train,
            batch_size=1,
            epochs=epochs,
            verbose=verbose,
            callbacks=record.callbacks,
        )
    evaluated = model.evaluate(X_test, y_test, verbose=0)
    predictions = model.predict(X_test, verbose=0)

    fit = record.finish(split, history, evaluated, predictions)
    return Run(KEY, seed, [fit], split.name, f"all {len(X_train)} + {len(X_test)} rows")
