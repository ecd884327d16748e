import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import LabelEncoder, StandardScaler

from datasets import load_sonar, sonar_folds


def test_known_facts():
    frame = load_sonar()
    assert frame.shape == (208, 61)
    assert list(frame.columns) == [f"V{i}" for i in range(1, 61)] + ["Class"]
    assert frame["Class"].value_counts().to_dict() == {"M": 111, "R": 97}
    assert (frame["Class"].iloc[:97] == "R").all()  # UCI's order: rocks first
    assert frame.iloc[0, :5].tolist() == [0.02, 0.0371, 0.0428, 0.0207, 0.0954]
    assert frame.iloc[0, 59] == 0.0032
    x = frame.iloc[:, :60]
    assert (x.dtypes == "float64").all() and not x.isna().any(axis=None)
    assert x.min(axis=None) == 0.0 and x.max(axis=None) == 1.0


def test_folds_are_the_tutorials():
    frame, folds = load_sonar(), sonar_folds()
    x, y = frame.to_numpy()[:, 0:60].astype(float), frame["Class"]
    encoded = LabelEncoder().fit(y).transform(y)
    np.testing.assert_array_equal(folds.x, x)
    np.testing.assert_array_equal(folds.y, encoded)
    kfold = StratifiedKFold(n_splits=10, shuffle=True, random_state=7)
    for ours, theirs in zip(folds.folds, kfold.split(x, encoded), strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


def test_every_row_is_tested_once():
    folds = sonar_folds()
    assert len(folds) == 10 and folds.classes == ("M", "R")
    tested = np.concatenate([test for _, test in folds.folds])
    assert sorted(tested.tolist()) == list(range(208))
    for train, test in folds.folds:
        assert len(test) in (20, 21) and not set(train) & set(test)
        assert 9 <= folds.y.iloc[test].sum() <= 10  # 97 rocks in ten parts


def test_iterating_gives_splits_and_standardised_ones():
    folds = sonar_folds()
    for split, (train, test) in zip(folds, folds.folds, strict=True):
        assert split.x_train.index.tolist() == train.tolist()
        np.testing.assert_array_equal(split.y_test, folds.y.iloc[test])
        scaler = StandardScaler().fit(folds.x.iloc[train])
        scaled = split.standardised()
        np.testing.assert_array_equal(scaled.x_test, scaler.transform(folds.x.iloc[test]))
        np.testing.assert_array_equal(split.x_test, folds.x.iloc[test])  # the raw one is kept
        np.testing.assert_allclose(scaled.x_train.mean(), 0, atol=1e-14)


def test_random_state_decides():
    def tests(**options):
        return [test.tolist() for _, test in sonar_folds(**options).folds]

    assert tests() == tests(random_state=7) != tests(random_state=8)
    assert len(tests(n_splits=5)) == 5
    with pytest.raises(ValueError, match="n_splits"):
        sonar_folds(n_splits=1)
