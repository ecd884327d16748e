"""A process that saves for ever: python -m tests.saving.writing PATH; see test_killed.py.

It writes two models in turn, whose weights are all 1 or all 2, and says when each is begun.
"""

import itertools
import os
import sys

UNITS = 60
"""Enough that a file has some hundred kilobytes."""


def model_of(number):
    """A network of which every weight and every slot is `number`."""
    from engine import layers, models, naming

    naming.forget_names()
    model = models.Sequential(
        [layers.Input((UNITS,)), *(layers.Dense(UNITS) for _ in range(6))], name="m"
    )
    model.compile("adam", "mse")
    model.set_weights([w * 0 + number for w in model.get_weights()])
    model.optimizer.build(model._program().variables)
    for slot in model.optimizer.slots:
        slot[:] = number
    model.optimizer.iterations = number
    return model


def save(model, path):
    """Save as the name asks."""
    (model.save_weights if path.endswith(".weights.h5") else model.save)(path)


if __name__ == "__main__":
    models = [model_of(1), model_of(2)]
    for number in itertools.count():
        os.write(1, b".")
        save(models[number % 2], sys.argv[1])
