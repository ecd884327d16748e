"""Tutorial penguins: three species from four measurements, with the functional API.

4-10-3, relu softmax, Adam(), CategoricalCrossentropy, batch 32, 100 epochs; 273 rows to train, 69
to test, one-hot targets. The tutorial printed no accuracy; `metrics=["accuracy"]` is added here,
which does not change the training.
"""

from __future__ import annotations

from typing import Any

from datasets import penguins_split
from keras_ref.run import Record, Run, Tell, nothing
from keras_ref.watch import UNWATCHED, Watcher

KEY = "penguins"
TITLE = "Palmer penguins, three classes"
PARAMETERS = [83]
PUBLISHED = "–"


def network(keras: Any) -> Any:
    """Return the model, not compiled."""
    inputs = keras.Input(shape=(4,))
    hidden_layer = keras.layers.Dense(10, activation="relu")(inputs)
    output_layer = keras.layers.Dense(3, activation="softmax")(hidden_layer)
    return keras.Model(inputs=inputs, outputs=output_layer)


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
    split = penguins_split()
    X_train, y_train, X_test, y_test = split.arrays()

    keras.utils.set_random_seed(seed)
    model = network(keras)
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    record = Record(model, "4-10-3", watcher)
    tell(f"{len(X_train)} rows × 100 epochs")
    with record.clock():
        history = model.fit(
            X_train, y_train, epochs=100, batch_size=32, verbose=verbose, callbacks=record.callbacks
        )
    evaluated = model.evaluate(X_test, y_test, verbose=0)
    predictions = model.predict(X_test, verbose=0)

    fit = record.finish(split, history, evaluated, predictions)
    return Run(KEY, seed, [fit], split.name, f"all {len(X_train)} + {len(X_test)} rows")
