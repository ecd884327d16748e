"""What a run says about itself."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from keras_ref.run import Record


def test_classes_of_one_output(make_fit):
    fit = make_fit(predictions=np.tile(np.float32([[0.5], [0.50001]]), (10, 1)))
    assert fit.predicted.tolist() == [0, 1] * 10
    assert fit.true.tolist() == fit.split.y_test.tolist()


def test_classes_of_three_outputs(make_fit):
    one_hot = pd.DataFrame(np.eye(3, dtype=bool)[[0, 2, 1, 1]])
    fit = make_fit(predictions=np.float32([[0.2, 0.5, 0.3]]))
    fit = make_fit(
        predictions=np.float32([[0.2, 0.5, 0.3]]),
        split=type(fit.split)(fit.split.x_train, one_hot, fit.split.x_test, one_hot, "t", ("a",)),
    )
    assert fit.predicted.tolist() == [1]
    assert fit.true.tolist() == [0, 2, 1, 1]


def test_correct_is_a_count(make_fit):
    assert make_fit(accuracy=float(np.float32(13) / np.float32(20))).correct == 13


def test_parameters_of_each_different_network(make_run, make_fit):
    fits = [make_fit(str(n), parameters=p) for n, p in enumerate((3721, 3721, 1861, 5521))]
    run = make_run(fits)
    assert run.parameters == [3721, 1861, 5521]
    assert run.seconds == pytest.approx(0.004)


def test_record_keeps_the_weights_from_before(make_fit):
    weight = np.zeros(3, "f4")
    model = SimpleNamespace(get_weights=lambda: [weight], count_params=lambda: 3)
    record = Record(model, "net")
    with record.clock():
        weight += 1
    history = SimpleNamespace(history={"loss": [np.float32(0.5)]})
    fit = record.finish(make_fit().split, history, (0.3, np.float32(0.5)), [[0.25]])
    weight += 1
    assert fit.initial_weights[0].tolist() == [0, 0, 0]
    assert fit.weights[0].tolist() == [1, 1, 1]
    assert fit.group == "net"
    assert fit.seconds > 0
    assert type(fit.history["loss"][0]) is type(fit.accuracy) is float
