"""Equal runs agree; every plausible wrong version is found, and named."""

import json
from dataclasses import replace

import numpy as np
import pytest

from keras_ref.compare import compare
from keras_ref.differences import LOSS_TOLERANCE, loss_difference, same_bits, weights_difference
from keras_ref.row import Pair, speedup


@pytest.fixture
def judge(make_run, orders):
    """Compare one changed fit, as the engine's, with the fit as it should be, as Keras's."""

    def compared(fit=None, **options):
        engine = make_run([fit] if fit is not None else None)
        keras = make_run()
        keras = make_run([replace(keras.fits[0], seconds=1.0)])
        return compare(engine, keras, **{"orders": orders, "expected": [3], **options})

    return compared


def bit_changed(weight, index=0):
    changed = weight.copy()
    changed.view("u4").reshape(-1)[index] ^= 1
    return changed


def test_equal_runs_agree(judge):
    row = judge()
    assert row.agrees
    assert row.disagreements == []
    assert row.initial_weights_identical and row.order_identical
    assert row.weights_identical and row.history_identical
    assert row.loss_max_abs_difference == row.weights_max_abs_difference == 0.0
    assert row.parameters == Pair(3, 3)
    assert row.accuracy == Pair(0.75, 0.75)
    assert row.speedup == pytest.approx(1000.0)


def shifted(history, key, epoch, by):
    changed = {name: list(values) for name, values in history.items()}
    changed[key][epoch] += by
    return changed


def start(change):
    return lambda fit: replace(fit, initial_weights=change(*fit.initial_weights))


def losses(change):
    return lambda fit: replace(fit, history=change(fit.history))


WRONG = {
    "one initial bit": (
        start(lambda kernel, bias: [bit_changed(kernel), bias]),
        "initial weights differ from Keras's (1 of 2 values of array 0)",
    ),
    "minus zero": (start(lambda kernel, bias: [kernel, -bias]), "(1 of 1 values of array 1)"),
    "NaN": (start(lambda kernel, bias: [kernel, bias * np.float32("nan")]), "1 of 1 values"),
    "initial float64": (
        start(lambda kernel, bias: [kernel.astype("f8"), bias]),
        "array 0: float64, float32",
    ),
    "initial shape": (
        start(lambda kernel, bias: [kernel.reshape(1, 2), bias]),
        "shapes [(1, 2), (1,)], [(2, 1), (1,)]",
    ),
    "a weight missing": (start(lambda kernel, bias: [kernel]), "shapes [(2, 1)], "),
    "loss off by 2e-5 in the last epoch": (
        losses(lambda history: shifted(history, "loss", 1, 2e-5)),
        "loss differs by 2e-05 from Keras's, more than 1e-05, first in epoch 2 of loss",
    ),
    "validation loss off by 2e-5": (
        losses(lambda history: shifted(history, "val_loss", 0, -2e-5)),
        "first in epoch 1 of val_loss",
    ),
    "loss NaN": (
        losses(lambda history: {**history, "loss": [0.75, float("nan")]}),
        "differs by nan",
    ),
    "an epoch missing": (
        losses(lambda history: {**history, "loss": [0.75]}),
        "1 and 2 epochs of loss",
    ),
    "validation missing": (
        losses(lambda history: {"loss": history["loss"]}),
        "0 and 2 epochs of val_loss",
    ),
    "two samples fewer": (
        lambda fit: replace(fit, accuracy=13 / 20),
        "13 of 20 samples right, Keras 15: more than 1 apart",
    ),
    "two samples more": (lambda fit: replace(fit, accuracy=17 / 20), "17 of 20 samples right"),
    "accuracy NaN": (lambda fit: replace(fit, accuracy=float("nan")), "accuracy nan"),
    "one parameter more": (
        lambda fit: replace(fit, parameters=4),
        "4 parameters, Keras has 3",
    ),
    "fewer evaluation samples": (
        lambda fit: replace(fit, split=replace(fit.split, x_test=fit.split.x_test[:10])),
        "evaluated on 10 samples, Keras on 20",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_found(judge, make_fit, name):
    change, says = WRONG[name]
    row = judge(change(make_fit()))
    assert not row.agrees
    assert any(says in reason for reason in row.disagreements), row.disagreements
    json.dumps(row.as_json(), allow_nan=False)


def test_the_limits_are_allowed(judge, make_fit):
    fit = make_fit()
    nearly = shifted(fit.history, "loss", 0, 0.9 * LOSS_TOLERANCE)
    row = judge(replace(fit, history=nearly, accuracy=14 / 20))
    assert row.agrees
    assert not row.history_identical
    assert row.loss_max_abs_difference == pytest.approx(0.9 * LOSS_TOLERANCE)


def test_final_weights_are_reported_and_decide_nothing(judge, make_fit):
    fit = make_fit()
    row = judge(replace(fit, weights=[bit_changed(fit.weights[0]), fit.weights[1]]))
    assert row.agrees
    assert not row.weights_identical
    assert 0 < row.weights_max_abs_difference < 1e-6


@pytest.mark.parametrize("wrong", ["reversed", "second epoch reshuffled", "unknown", "none"])
def test_wrong_orders_are_found(judge, orders, wrong):
    ((rows, (ours, theirs)),) = orders.items()
    versions = {
        "reversed": {rows: (ours[:, ::-1], theirs)},
        "second epoch reshuffled": {rows: (ours, np.stack([theirs[0], theirs[1][::-1]]))},
        "unknown": {rows + 1: (ours, theirs)},
        "none": {},
    }
    row = judge(orders=versions[wrong])
    assert not row.agrees
    assert any("order of" in reason for reason in row.disagreements)
    assert row.order_identical == (wrong == "unknown")


def test_the_tutorials_own_count_is_expected(judge):
    row = judge(expected=[4])
    assert row.disagreements == [
        "engine: [3] parameters, the tutorial has [4]",
        "Keras: [3] parameters, the tutorial has [4]",
    ]


def test_speed_counts_only_where_asked(judge, make_fit):
    slow = make_fit(seconds=0.01)
    assert judge(slow).agrees
    assert judge(slow, min_speedup=99).agrees
    row = judge(slow, min_speedup=200)
    assert row.disagreements == ["fit is 100 times as fast as Keras's, expected 200"]
    assert not judge(make_fit(seconds=0.0), min_speedup=200).agrees


def test_several_fits_one_wrong(make_run, make_fit, orders):
    names = ["a, fold 1", "a, fold 2", "b, fold 1"]
    keras = make_run([make_fit(name) for name in names])
    wrong = make_fit(names[1], accuracy=10 / 20)
    row = compare(
        make_run([make_fit(names[0]), wrong, make_fit(names[2])]),
        keras,
        orders=orders,
        expected=[3],
    )
    assert row.disagreements == ["a, fold 2: 10 of 20 samples right, Keras 15: more than 1 apart"]
    assert [(group.name, group.fits) for group in row.groups] == [("a", 2), ("b", 1)]
    assert row.groups[0].accuracy == Pair(0.625, 0.75)
    assert row.accuracy.engine == pytest.approx(2 / 3)


@pytest.mark.parametrize("what", ["key", "seed", "data", "size"])
def test_runs_of_different_things_are_refused(make_run, orders, what):
    other = make_run(**{what: 43 if what == "seed" else "other"})
    with pytest.raises(ValueError, match=f"Expected two runs of the same {what}. Received: "):
        compare(make_run(), other, orders=orders, expected=[3])


def test_runs_with_different_fits_are_refused(make_run, make_fit, orders):
    with pytest.raises(ValueError, match="Expected the same fits in both runs. Received: "):
        compare(make_run(), make_run([make_fit("b")]), orders=orders, expected=[3])


def test_json(judge):
    found = json.loads(json.dumps(judge(versions={"keras": "3.15.1"}).as_json()))
    for name, value in {
        "key": "toy",
        "seed": 42,
        "parameters": {"engine": 3, "keras": 3},
        "initial_weights_identical": True,
        "order_identical": True,
        "loss_max_abs_difference": 0.0,
        "weights_max_abs_difference": 0.0,
        "weights_identical": True,
        "accuracy": {"engine": 0.75, "keras": 0.75},
        "seconds": {"engine": 0.001, "keras": 1.0},
        "versions": {"keras": "3.15.1"},
        "agrees": True,
    }.items():
        assert found[name] == value
    assert type(found["initial_weights_identical"]) is bool


def test_several_networks_are_a_list(make_run, make_fit, orders):
    fits = [make_fit("a", parameters=3), make_fit("b", parameters=5)]
    row = compare(make_run(fits), make_run(fits), orders=orders, expected=[3, 5])
    assert row.agrees
    assert row.parameters == Pair([3, 5], [3, 5])


def test_differences():
    a = [np.float32([1, 2]), np.float32([3])]
    b = [np.float32([1, 2.5]), np.float32([3])]
    assert weights_difference(a, b) == 0.5
    assert weights_difference(a, b[:1]) == float("inf")
    assert np.isnan(weights_difference(a, [np.float32([1, np.nan]), a[1]]))
    assert not same_bits(a, b)
    assert same_bits(a, [x.copy() for x in a])
    assert loss_difference({"loss": [1.0]}, {"loss": [1.5]}) == 0.5
    assert loss_difference({}, {}) == float("inf")
    assert np.isnan(loss_difference({"loss": [float("nan")] * 2}, {"loss": [1.0, 2.0]}))
    assert np.isnan(speedup(Pair(0.0, 1.0)))
