"""Tutorial sherlock-neuron: one neuron tells two smartphone apps apart.

4-1 sigmoid, Adam(0.0003), batch 32, 5 epochs, validation after each; 489,691 rows to train,
122,423 to validate. Published: val_accuracy 0.849; logistic regression 0.8496, decision tree
0.9897 (`keras_ref.classical`).

By default 60,000 rows (48,000 + 12,000) with the same share of the two apps: Keras needs about a
minute and a half for all of them. Without the user's files the rows are a synthetic stand-in,
and the run's name says so.
"""

from __future__ import annotations

from typing import Any

from datasets import sherlock_split
from keras_ref.run import Record, Run, Tell, nothing
from keras_ref.watch import UNWATCHED, Watcher

KEY = "sherlock-neuron"
TITLE = "Two smartphone apps, one neuron"
PARAMETERS = [5]
PUBLISHED = "0.849"
ROWS, ALL_ROWS = 60_000, 612_114


def network(keras: Any) -> Any:
    """Return the model, not compiled."""
    return keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(4,))])


def run(
    keras: Any,
    seed: int,
    *,
    full: bool = False,
    verbose: int = 0,
    tell: Tell = nothing,
    watcher: Watcher = UNWATCHED,
    rows: int = ROWS,
) -> Run:
    """Train and validate on `rows` rows, or on all if `full`."""
    split = sherlock_split(rows=None if full else rows)
    X_train, y_train, X_val, y_val = split.arrays()

    keras.utils.set_random_seed(seed)
    model = network(keras)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.0003, amsgrad=False),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    record = Record(model, "4-1", watcher)
    tell(f"{len(X_train):,} rows × 5 epochs")
    with record.clock():
        history = model.fit(
            X_train,
            y_train,
            epochs=5,
            batch_size=32,
            validation_data=(X_val, y_val),
            verbose=verbose,
            callbacks=record.callbacks,
        )
    evaluated = model.evaluate(X_val, y_val, verbose=0)
    predictions = model.predict(X_val, verbose=0)

    fit = record.finish(split, history, evaluated, predictions)
    rows = len(X_train) + len(X_val)
    if rows == ALL_ROWS:
        return Run(KEY, seed, [fit], split.name, f"all {rows:,} rows")
    note = (
        f"{rows:,} rows give {rows / ALL_ROWS:.1%} of the tutorial's steps, too few for the neuron "
        "to arrive at its accuracy; --full takes all rows"
    )
    return Run(KEY, seed, [fit], split.name, f"{rows:,} rows of {ALL_ROWS:,}", note)
