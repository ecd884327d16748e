"""In which order the `fit` of Keras and that of the engine visit the rows, both watched.

On Keras's side a model whose `train_step` only writes down what it is given is fitted to the row
numbers. Batches are consecutive slices of the order, so their size changes nothing; a hundred
steps an epoch are enough for any number of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

EPOCHS = 2


def keras_orders(keras: Any, rows: int, seed: int) -> np.ndarray:
    """Return the row numbers as `fit` visits them after `set_random_seed(seed)`, (epochs, rows)."""
    seen: list[np.ndarray] = []

    class Watched(keras.Model):
        def train_step(self, data: Any) -> dict[str, float]:
            seen.append(np.ravel(data[0]))
            return {"loss": 0.0}

    numbers = np.arange(rows)
    keras.utils.set_random_seed(seed)
    model = Watched()
    model.compile(run_eagerly=True)
    model.fit(numbers, numbers, batch_size=rows // 100 + 1, epochs=EPOCHS, verbose=0)
    return np.concatenate(seen).reshape(EPOCHS, rows)


def engine_orders(rows: int, seed: int) -> np.ndarray:
    """Return the row numbers as the engine's `fit` visits them, (epochs, rows).

    One weight that stays 0, learning rate 0, labels = row numbers: each row's error signal is
    −2/batch·number, so the batch's buffer of error signals tells which rows it held.
    """
    import engine

    seen: list[np.ndarray] = []
    model = engine.Sequential(
        [engine.Input((1,)), engine.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(engine.optimizers.SGD(0.0), "mse")
    size = rows // 100 + 1

    def watch(batch: int, logs: Any) -> None:
        n = min(size, rows - batch * size)
        signals = model._program().deltas[:n].astype(np.float64)
        seen.append(np.rint(signals * n / -2).astype(np.int64))

    numbers = np.arange(rows, dtype="float32")
    engine.utils.set_random_seed(seed)
    watcher = engine.callbacks.LambdaCallback(on_train_batch_end=watch)
    ones = np.ones((rows, 1), "float32")
    model.fit(ones, numbers, batch_size=size, epochs=EPOCHS, verbose=0, callbacks=[watcher])
    return np.concatenate(seen).reshape(EPOCHS, rows)
