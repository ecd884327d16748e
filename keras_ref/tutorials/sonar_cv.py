"""Tutorial sonar-cv: mines against rocks, stratified 10-fold cross-validation.

Adam(), batch 5, 100 epochs, in each fold a fresh model; four configurations:

    60-60-1      the energies as they are
    60-60-1      standardised by the training part of the fold, as are the next two
    60-30-1      smaller
    60-60-30-1   larger

Published: accuracies around 0.81 to 0.86. By default the first 2 of the 10 folds: Keras needs
about ten seconds for each model.
"""

from __future__ import annotations

from typing import Any

from datasets import sonar_folds
from keras_ref.run import Record, Run, Tell, nothing
from keras_ref.watch import UNWATCHED, Watcher

KEY = "sonar-cv"
TITLE = "Sonar, mines against rocks, cross-validation"
PARAMETERS = [3721, 1861, 5521]
PUBLISHED = "0.81–0.86"
FOLDS = 2

CONFIGURATIONS: tuple[tuple[str, tuple[int, ...], bool], ...] = (
    ("60-60-1 raw", (60,), False),
    ("60-60-1 standardised", (60,), True),
    ("60-30-1 standardised", (30,), True),
    ("60-60-30-1 standardised", (60, 30), True),
)


def network(keras: Any, hidden: tuple[int, ...] = (60,)) -> Any:
    """Return the model with the given hidden layers, not compiled."""
    model = keras.Sequential()
    model.add(keras.Input(shape=(60,)))
    for units in hidden:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    return model


def run(
    keras: Any,
    seed: int,
    *,
    full: bool = False,
    verbose: int = 0,
    tell: Tell = nothing,
    watcher: Watcher = UNWATCHED,
    take: int = FOLDS,
) -> Run:
    """Cross-validate the four configurations on the first `take` folds, or on all if `full`."""
    folds = sonar_folds()
    take = len(folds) if full else take
    fits = []
    for name, hidden, standardise in CONFIGURATIONS:
        for number, fold in zip(range(1, take + 1), folds, strict=False):
            split = fold.standardised() if standardise else fold
            X_train, y_train, X_test, y_test = split.arrays()

            keras.utils.set_random_seed(seed)
            model = network(keras, hidden)
            model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
            record = Record(model, f"{name}, fold {number}", watcher)
            tell(f"{name}, fold {number} of {take}")
            with record.clock():
                history = model.fit(
                    X_train,
                    y_train,
                    epochs=100,
                    batch_size=5,
                    verbose=verbose,
                    callbacks=record.callbacks,
                )
            evaluated = model.evaluate(X_test, y_test, verbose=0)
            predictions = model.predict(X_test, verbose=0)

            fits.append(record.finish(split, history, evaluated, predictions, group=name))
    size = f"{take} of {len(folds)} folds × 4"
    if take == len(folds):
        return Run(KEY, seed, fits, folds.name, size)
    tested = sum(fit.samples for fit in fits[:take])
    note = f"{take} folds test {tested} of the {len(folds.x)} rows; --full takes all"
    return Run(KEY, seed, fits, folds.name, size, note)
