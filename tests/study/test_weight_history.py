"""The weights that a history keeps are those of the training, and keeping them changes nothing."""

import numpy as np
import pytest

import engine
from engine.study import WeightHistory
from tests.tolerances import assert_same_bits


def model():
    engine.utils.set_random_seed(6)
    made = engine.Sequential(
        [engine.Input((3,)), engine.layers.Dense(4, "relu"), engine.layers.Dense(1, "sigmoid")]
    )
    made.compile("adam", "binary_crossentropy")
    return made


@pytest.fixture
def rows():
    rng = np.random.default_rng(1)
    return rng.normal(size=(10, 3)).astype("float32"), rng.integers(0, 2, 10)


def test_after_each_epoch(rows):
    """One fit of three epochs has the weights of fits of one, two and three."""
    made, history = model(), WeightHistory()
    made.fit(*rows, batch_size=4, epochs=3, verbose=0, callbacks=[history])
    assert history.steps == [0, 3, 6, 9]
    assert history.labels == ["start", "epoch 1", "epoch 2", "epoch 3"]
    for epochs, kept in enumerate(history.weights):
        alone = model()
        if epochs:
            alone.fit(*rows, batch_size=4, epochs=epochs, verbose=0)
        for ours, theirs in zip(kept, alone.get_weights(), strict=True):
            assert_same_bits(ours, theirs)


def test_after_every_second_step(rows):
    made, history, seen = model(), WeightHistory(every=2), []
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(made.get_weights())
    )
    made.fit(*rows, batch_size=4, epochs=2, verbose=0, callbacks=[history, look])
    assert history.steps == [0, 2, 4, 6]
    assert history.labels == ["start", "step 2", "step 4", "step 6"]
    for kept, step in zip(history.weights[1:], (2, 4, 6), strict=True):
        for ours, theirs in zip(kept, seen[step - 1], strict=True):
            assert_same_bits(ours, theirs)


def test_epochs_stay_in_one_compiled_call(rows):
    """Without `every` the training does not come back to Python for each step."""
    from engine.callbacks.callback_list import CallbackList

    assert not CallbackList([WeightHistory()]).needs_batches
    assert CallbackList([WeightHistory(every=3)]).needs_batches


def test_a_second_fit_goes_on(rows):
    made, history = model(), WeightHistory()
    made.fit(*rows, epochs=1, verbose=0, callbacks=[history])
    made.fit(*rows, epochs=2, initial_epoch=1, verbose=0, callbacks=[history])
    assert history.labels == ["start", "epoch 1", "epoch 2"]
    assert history.steps == [0, 1, 2]


def test_labels_count_on(rows):
    """A fit that begins at epoch 0 again, and one that the history has not seen."""
    made, history = model(), WeightHistory()
    made.fit(*rows, epochs=2, verbose=0, callbacks=[history])
    made.fit(*rows, epochs=1, verbose=0)
    made.fit(*rows, epochs=1, verbose=0, callbacks=[history])
    assert history.labels == ["start", "epoch 1", "epoch 2", "step 3", "epoch 3"]
    assert repr(history) == "<WeightHistory: the weights at 5 moments>"


def test_kept_weights_are_copies(rows):
    made, history = model(), WeightHistory()
    made.fit(*rows, epochs=2, verbose=0, callbacks=[history])
    assert not np.array_equal(history.weights[0][0], history.weights[1][0])
    assert not np.array_equal(history.weights[1][0], history.weights[2][0])


@pytest.mark.parametrize(("every", "error"), [(0, ValueError), (1.5, TypeError), ("a", TypeError)])
def test_wrong_words(every, error):
    with pytest.raises(error, match="Expected every to be a whole number ≥ 1"):
        WeightHistory(every)
