"""The order of the rows is watched in the engine's fit, not taken from what it claims."""

import numpy as np
import pytest

from engine.models.run import Run
from engine.random import epoch_order
from keras_ref.orders import engine_orders


@pytest.mark.parametrize("rows", [1, 2, 99, 100, 514, 12_345])
def test_what_is_seen_is_the_shuffle(rows):
    seen = engine_orders(rows, 7)
    assert seen.shape == (2, rows)
    for epoch in seen:
        np.testing.assert_array_equal(epoch, epoch_order(rows, 7))


def test_a_fit_in_another_order_is_noticed(monkeypatch):
    reorder = Run.reorder
    monkeypatch.setattr(Run, "reorder", lambda self, order: reorder(self, order[::-1].copy()))
    assert (engine_orders(514, 7)[0] == epoch_order(514, 7)[::-1]).all()


def test_a_fit_that_shuffles_each_epoch_is_noticed(monkeypatch):
    advance = Run.advance

    def shuffling(self, *arguments):
        if self.epoch == 1 and self.step == 0:
            self.reorder(np.random.default_rng(0).permutation(len(self.train.rows)))
        advance(self, *arguments)

    monkeypatch.setattr(Run, "advance", shuffling)
    first, second = engine_orders(514, 7)
    assert (first != second).any()
