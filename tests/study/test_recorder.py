"""A recorder's traces are those of the batches that the fit has come to."""

import numpy as np
import pytest

import engine
from engine.random import epoch_order
from engine.study import Recorder
from engine.study.page import page
from tests.tolerances import assert_same_bits


def model(outputs=2):
    engine.utils.set_random_seed(6)
    made = engine.Sequential(
        [
            engine.Input((5,)),
            engine.layers.Dense(4, "tanh"),
            engine.layers.Dense(outputs, "sigmoid"),
        ]
    )
    made.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return made


def rows(count=13):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(count, 5)).astype("float32")
    y = (rng.random((count, 2)) > 0.5).astype("float32")
    return x, y, rng.uniform(0.5, 2, count).astype("float32")


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("count", [12, 13])
def test_the_steps_of_a_fit(weighted, count):
    """Batches of 4, the last one smaller if there are 13 rows; three epochs."""
    x, y, w = rows(count)
    weights = w if weighted else None
    seen, recorder = [], Recorder(range(1, 100))
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(made.get_weights())
    )
    made = model()
    made.fit(
        x, y, batch_size=4, epochs=3, verbose=0, sample_weight=weights,
        validation_data=(x[:5], y[:5]), callbacks=[recorder, look],
    )  # fmt: skip
    steps = -(-count // 4)
    assert [t.step for t in recorder.traces] == list(range(1, 3 * steps + 1))
    order = epoch_order(count, 6)
    for number, (told, after) in enumerate(zip(recorder.traces, seen, strict=True)):
        batch = order[number % steps * 4 : number % steps * 4 + 4]
        assert_same_bits(told.x, x[batch])
        assert_same_bits(told.y, y[batch])
        if weighted:
            assert_same_bits(told.sample_weight, w[batch])
        for traced, weight in zip(told.weights, after, strict=True):
            assert_same_bits(traced.new, weight, f"step {number + 1}")


def test_watching_changes_nothing():
    x, y, _ = rows()
    plain, watched = model(), model()
    engine.utils.set_random_seed(1)
    plain.fit(x, y, epochs=2, batch_size=4, verbose=0)
    engine.utils.set_random_seed(1)
    watched.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=[Recorder([2, 3])])
    for ours, theirs in zip(watched.get_weights(), plain.get_weights(), strict=True):
        assert_same_bits(ours, theirs)


def test_steps_go_on_counting():
    x, y, _ = rows(12)
    made, recorder = model(), Recorder([2, 4])
    made.fit(x, y, batch_size=6, verbose=0)  # steps 1 and 2
    made.fit(x, y, batch_size=6, verbose=0, callbacks=[recorder])
    assert [t.step for t in recorder.traces] == [4]


def test_a_page_of_the_steps():
    x, y, _ = rows(12)
    made, recorder = model(), Recorder([1, 2])
    assert repr(recorder) == "<Recorder of 2 steps: 0 recorded>"
    with pytest.raises(ValueError, match="Expected a Recorder that has seen one of its steps"):
        recorder.to_html()
    made.fit(x, y, batch_size=6, verbose=0, callbacks=[recorder])
    assert recorder.to_html("Two steps") == page(recorder.traces, "Two steps")


@pytest.mark.parametrize(
    ("steps", "error", "words"),
    [
        ([0], ValueError, "whole numbers"),
        ([1.5], TypeError, "whole numbers"),
        ([True], TypeError, "whole numbers"),
        (5, TypeError, "a list of whole numbers, .* Received: 5"),
        ("first", TypeError, "Received: 'first'"),
        ([], ValueError, "at least one step"),
    ],
)
def test_wrong_steps(steps, error, words):
    with pytest.raises(error, match=words):
        Recorder(steps)


def test_steps_with_draws_and_rows_of_two_axes():
    """Each step's Dropout, in the middle of a fit; the rows come flat from the kernel's buffers."""
    engine.utils.set_random_seed(6)
    made = engine.Sequential(
        [
            engine.Input((1, 5)),
            engine.layers.Flatten(),
            engine.layers.Dropout(0.5),
            engine.layers.Dense(2, "sigmoid"),
        ]
    )
    made.compile("adam", "binary_crossentropy")
    x, y, _ = rows()
    seen, recorder = [], Recorder(range(1, 100))
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(made.get_weights())
    )
    made.fit(x[:, None], y, batch_size=4, epochs=2, verbose=0, callbacks=[recorder, look])
    assert len(recorder.traces) == 8
    for told, after in zip(recorder.traces, seen, strict=True):
        for traced, weight in zip(told.weights, after, strict=True):
            assert_same_bits(traced.new, weight)
    draws = [told.stages[1].draws.tobytes() for told in recorder.traces]
    assert len(set(draws)) == 8
