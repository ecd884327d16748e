"""In which order Keras's own `fit` visits the rows.

A model whose `train_step` only writes down what it is given is fitted to the row numbers. Its
batches are consecutive slices of the order, so their size changes nothing; a hundred steps an
epoch are enough for any number of rows.
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
    """Return the order that the engine says it uses, for as many epochs."""
    from engine.random import epoch_order

    return np.stack([epoch_order(rows, seed)] * EPOCHS)
