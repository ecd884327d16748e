"""Experiments: files, wrong files, data, and that both engines can run one."""

import json

import numpy as np
import pytest

import engine
from keras_ref.chain import chain, penalty
from keras_ref.experiment import Experiment
from keras_ref.rows import draw, read

SMALL = {
    "inputs": 3,
    "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "sigmoid"}],
    "loss": "binary_crossentropy",
}


def test_the_example_of_the_docstring():
    from keras_ref import experiment

    text = experiment.__doc__.split("\n\n")[1]
    found = Experiment.from_json(json.loads(text))
    assert found.key == "8-8-1" and found.fit["batch_size"] == 5
    told = found.run(engine)
    assert told["predict"].shape == (23, 1) and len(told["History loss"]) == 2


@pytest.mark.keras
def test_an_experiment_stays_as_it_is(keras):
    """Keras makes {"class_name": "Adam"} "adam", in the dictionary it is given."""
    pairs = ((penalty("L2", l2=0.1), None), (None, penalty("L1")))
    experiment = chain(optimizer="Adam", penalties=pairs)
    before = json.dumps(experiment.as_json())
    experiment.build(keras)
    assert json.dumps(experiment.as_json()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": None}, "list of Dense arguments"),
        ({"layers": []}, "list of Dense arguments"),
        ({"layers": [{"activation": "relu"}]}, "object with units"),
        ({"layers": [{"units": 1, "unitz": 3}]}, "Expected a layer to have only"),
        ({"inputs": ...}, "Expected an experiment"),
        ({"inputs": -4}, "Expected inputs ≥ 1"),
        ({"fit": {"class_weight": {"0": "x"}}}, "Expected class_weight to have class numbers"),
        ({"epochs": 3}, "Expected only"),
        ({"fit": {"lr": 3}}, "Expected fit to have only"),
        ({"fit": [3]}, "Expected fit to be an object"),
        ({"fit": {"batch_size": 2.5}}, "Expected batch_size of the fit to be a whole number"),
        ({"fit": {"shuffle": 1}}, "Expected shuffle of the fit to be true or false"),
        ({"fit": {"class_weight": {"a": 1}}}, "Expected class_weight to have class numbers"),
        ({"fit": {"class_weight": [1, 2]}}, "Expected class_weight of the fit to be an object"),
        ({"inputs": "5"}, "Expected inputs of the experiment to be a whole number"),
        ({"seed": True}, "Expected seed of the experiment to be a whole number"),
        ({"data": {"rowz": 3}}, "Expected data to have only"),
        ({"data": {"rows": "x"}}, "Expected rows of the data to be a whole number"),
        ({"data": 3}, "Expected data to be an object"),
        ({"data": {"file": "rows.npz", "rows": 3}}, "Expected data to name a file, or"),
    ],
    ids=str,
)
def test_wrong_files(tmp_path, change, message):
    content = {k: v for k, v in {**SMALL, **change}.items() if v is not ...}
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        Experiment.load(path)


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '"x"', '{"inputs": 3, "inputs": 4}'])
def test_no_experiment_at_all(tmp_path, text):
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="Expected"):
        Experiment.load(path)


def test_rows_of_a_file(tmp_path):
    x, y = np.eye(3, dtype="f4"), np.array([0, 1, 1])
    np.savez(tmp_path / "rows.npz", x=x, y=y, x_val=x, y_val=y, sample_weight=np.ones(3))
    path = tmp_path / "small.json"
    path.write_text(json.dumps({**SMALL, "data": {"file": "rows.npz"}}))
    rows = Experiment.load(path).rows()
    assert rows.y.tolist() == [0, 1, 1] and len(rows.validation) == 2
    assert rows.sample_weight.tolist() == [1, 1, 1]
    assert rows.unseen[0].shape == (3, 3)
    told = Experiment.load(path).run(engine)
    assert "History val_loss" in told


def test_no_npz_file(tmp_path):
    (tmp_path / "rows.npz").write_text("1, 2")
    np.save(tmp_path / "rows.npy", np.ones(3))
    for name in ("rows.npz", "rows.npy"):
        with pytest.raises(ValueError, match="Expected an npz file"):
            read(tmp_path / name)


@pytest.mark.parametrize("kept", [0, 100, 300])
def test_half_an_npz_file(tmp_path, kept):
    path = tmp_path / "rows.npz"
    np.savez(path, x=np.eye(3), y=np.ones(3))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="Expected an npz file"):
        read(path)


@pytest.mark.parametrize(
    "names",
    [("x",), ("x", "y", "z"), ("x", "y", "x_val"), ("x", "y", "sample_weight_val")],
    ids=str,
)
def test_wrong_rows(tmp_path, names):
    np.savez(tmp_path / "rows.npz", **{name: np.ones((2, 3)) for name in names})
    with pytest.raises(ValueError, match="Expected the arrays x and y"):
        read(tmp_path / "rows.npz")


@pytest.mark.parametrize(
    ("units", "labels"),
    [(1, "binary"), (3, "binary"), (3, "one-hot"), (3, "classes"), (3, "soft"), (1, "soft"),
     (2, "real")],
)  # fmt: skip
def test_labels_that_are_drawn(units, labels):
    rows = draw(4, units, rows=200, labels=labels, validation_rows=7, seed=1)
    y = rows.y
    assert y.shape == ((200,) if labels == "classes" else (200, units))
    assert rows.validation[0].shape == (7, 4)
    if labels in ("binary", "one-hot"):
        assert set(np.unique(y)) == {0, 1}
    if labels == "one-hot" or (labels == "soft" and units > 1):
        np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)
    if labels == "classes":
        assert set(y) == {0, 1, 2}
    if labels == "soft":
        assert ((y > 0) & (y < 1)).all()
    # The features matter: a straight line explains more than nothing.
    target = (y == 0 if labels == "classes" else y.reshape(200, -1)[:, 0]).astype("f8")
    best, *_ = np.linalg.lstsq(np.c_[rows.x, np.ones(200)], target, rcond=None)
    rest = target - np.c_[rows.x, np.ones(200)] @ best
    assert rest.var() < 0.8 * target.var()


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": "yes"},
        {"rows": 0},
        {"validation_rows": -1},
        {"dtype": "f"},
        {"seed": -3},
        {"scale": -1.0},
        {"scale": float("nan")},
        {"labels": "one-hot"},
        {"labels": "classes"},
    ],
)
def test_wrong_descriptions(wrong):
    with pytest.raises(ValueError, match="Expected .* Received"):
        draw(3, 1, **wrong)
