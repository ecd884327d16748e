import numpy as np
import pandas as pd
import pytest

from datasets import blobs, circles, moons, spiral, xor

TOYS = [xor, blobs, moons, circles, spiral]


@pytest.mark.parametrize("toy", TOYS)
def test_frame_seed_and_balance(toy):
    frame = toy(n=101, noise=0.1, seed=3)
    assert list(frame.columns) == ["x1", "x2", "label"]
    assert [str(t) for t in frame.dtypes] == ["float64", "float64", "int64"]
    assert len(frame) == 101 and np.isfinite(frame).all(axis=None)
    counts = frame["label"].value_counts()
    assert counts.max() - counts.min() <= 1
    assert sorted(counts.index) == list(range(len(counts)))
    pd.testing.assert_frame_equal(frame, toy(n=101, noise=0.1, seed=3))
    assert not frame.equals(toy(n=101, noise=0.1, seed=4))


@pytest.mark.parametrize("toy", TOYS)
def test_noise_is_a_standard_deviation(toy):
    """The same seed without noise gives the same rows, unmoved."""
    clean, noisy = (toy(n=5000, noise=s, seed=1)[["x1", "x2"]] for s in (0.0, 0.2))
    moved = (noisy - clean).to_numpy()
    assert moved.std() == pytest.approx(0.2, rel=0.03)
    assert np.abs(moved.mean(axis=0)).max() < 0.01


def test_xor_is_the_truth_table():
    table = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert xor().to_numpy().tolist() == table
    assert xor(n=8, noise=0.0).to_numpy().tolist() == table * 2


def test_blobs_lie_at_their_centers():
    centers = [[0.0, 5.0], [5.0, 0.0], [-5.0, 0.0], [0.0, -5.0]]
    frame = blobs(4000, centers=centers, noise=0.5, seed=1)
    groups = frame.groupby("label")[["x1", "x2"]]
    np.testing.assert_allclose(groups.mean(), centers, atol=0.06)
    np.testing.assert_allclose(groups.std(), 0.5, rtol=0.1)


def test_circles_and_moons_are_on_their_curves():
    ring = circles(200, factor=0.3, noise=0.0)
    radius = np.hypot(ring["x1"], ring["x2"])
    np.testing.assert_allclose(radius, np.where(ring["label"] == 0, 1.0, 0.3), rtol=1e-12)
    angle = np.sort(np.arctan2(ring["x2"], ring["x1"])[ring["label"] == 0])
    np.testing.assert_allclose(np.diff(angle), 2 * np.pi / 100, rtol=1e-9)

    moon = moons(200, noise=0.0)
    upper = moon["label"] == 0
    on_upper = np.hypot(moon["x1"], moon["x2"])[upper]
    on_lower = np.hypot(moon["x1"] - 1.0, moon["x2"] - 0.5)[~upper]
    np.testing.assert_allclose(np.concatenate([on_upper, on_lower]), 1.0, rtol=1e-12)
    assert (moon["x2"][upper] >= -1e-12).all() and (moon["x2"][~upper] <= 0.5 + 1e-12).all()


@pytest.mark.parametrize("toy", [circles, moons])
def test_same_curves_as_scikit_learn(toy):
    sklearn = pytest.importorskip("sklearn.datasets")
    if toy is moons:
        x, y = sklearn.make_moons(100, shuffle=False, noise=None)
        ours = moons(100, noise=0.0)
    else:
        x, y = sklearn.make_circles(100, factor=0.5, shuffle=False, noise=None)
        ours = circles(100, factor=0.5, noise=0.0)
    theirs = np.column_stack([x, y]).round(9) + 0.0
    mine = ours.to_numpy().round(9) + 0.0
    assert sorted(map(tuple, mine)) == sorted(map(tuple, theirs))


def test_spiral_arms_are_turned_copies():
    frame = spiral(300, classes=3, turns=0.9, noise=0.0)
    r = np.hypot(frame["x1"], frame["x2"])
    assert r.min() == pytest.approx(0.05) and r.max() == pytest.approx(1.0)
    phase = 2 * np.pi * (0.9 * r + frame["label"] / 3)
    np.testing.assert_allclose(frame["x1"], r * np.cos(phase), atol=1e-12)
    np.testing.assert_allclose(frame["x2"], r * np.sin(phase), atol=1e-12)


@pytest.mark.parametrize("toy", [blobs, moons, circles, spiral])
def test_rows_are_shuffled(toy):
    """A validation split taken from the tail must not be one class, nor every other row."""
    label = toy(n=120)["label"]
    k = label.max() + 1
    assert label.tolist() != (np.arange(120) % k).tolist()
    assert label.tail(24).nunique() == k


BAD = [
    (xor, {"n": 3}, ValueError),
    (xor, {"n": 4.0}, TypeError),
    (moons, {"n": True}, TypeError),
    (moons, {"n": 1}, ValueError),
    (moons, {"noise": -0.1}, ValueError),
    (moons, {"noise": float("nan")}, ValueError),
    (moons, {"noise": "0.1"}, TypeError),
    (moons, {"seed": -1}, ValueError),
    (moons, {"seed": None}, TypeError),
    (circles, {"factor": 1.0}, ValueError),
    (circles, {"factor": 0.0}, ValueError),
    (circles, {"factor": None}, TypeError),
    (blobs, {"centers": [1.0, 2.0]}, ValueError),
    (blobs, {"centers": [[1.0, 2.0, 3.0]]}, ValueError),
    (blobs, {"centers": [[1.0, float("inf")]]}, ValueError),
    (blobs, {"n": 2}, ValueError),
    (spiral, {"classes": 1}, ValueError),
    (spiral, {"classes": 2.0}, TypeError),
    (spiral, {"turns": 0.0}, ValueError),
    (spiral, {"n": 1}, ValueError),
]


@pytest.mark.parametrize(("toy", "options", "error"), BAD)
def test_bad_arguments(toy, options, error):
    with pytest.raises(error, match="Expected .*Received: "):
        toy(**options)
