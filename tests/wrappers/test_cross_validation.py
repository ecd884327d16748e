"""The folds trained at once score as scikit-learn's loop over the folds does."""

import numpy as np
import pytest
import sklearn.model_selection
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import engine as keras
from engine.models import fit_many
from engine.wrappers import KerasClassifier, cross_val_score
from engine.wrappers import cross_validation as module

DRAW = np.random.default_rng(2)
X = DRAW.standard_normal((84, 5)) * [1, 10, 100, 0.1, 3] + 4
Y = np.where(X[:, 1] + DRAW.standard_normal(84) * 5 > 4, "R", "M")


def network(units=6):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(units, activation="relu")])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def classifier(**options):
    return KerasClassifier(network, epochs=4, batch_size=5, verbose=0, **options)


CASES = {
    "classifier": (lambda: classifier(model__units=3), {}),
    "pipeline": (lambda: make_pipeline(StandardScaler(), classifier()), {}),
    "pipeline of one": (lambda: make_pipeline(classifier()), {}),
    "random state": (lambda: classifier(random_state=5), {}),
    "scoring": (lambda: classifier(), {"scoring": "roc_auc"}),
    "five folds": (lambda: classifier(), {"cv": 5}),
    "groups": (lambda: classifier(), {"cv": GroupKFold(3), "groups": np.arange(84) // 7}),
    "balanced": (lambda: classifier(class_weight="balanced"), {}),
    "class weights": (lambda: classifier(class_weight={"M": 1.0, "R": 3.0}), {}),
    "random states": (lambda: classifier(random_state=np.random.RandomState(3)), {}),
    "routed": (lambda: classifier(units=3, fit__epochs=2, fit__shuffle=False), {}),
    "all rows": (lambda: classifier(fit__batch_size=-1), {}),
    "routed option": (lambda: classifier(fit__initial_epoch=1), {}),
    "routed callbacks": (
        lambda: classifier(fit__callbacks=[keras.callbacks.EarlyStopping("loss", patience=0)]),
        {},
    ),
    "validation split": (lambda: classifier(validation_split=0.2), {}),
    "callbacks": (
        lambda: classifier(callbacks=[keras.callbacks.EarlyStopping("loss", patience=0)]),
        {},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_as_scikit_learn(name):
    make, options = CASES[name]
    options = {"cv": StratifiedKFold(4, shuffle=True, random_state=1), **options}
    keras.utils.set_random_seed(7)
    expected = sklearn.model_selection.cross_val_score(make(), X, Y, **options)
    keras.utils.set_random_seed(7)
    scores = cross_val_score(make(), X, Y, **options)
    assert scores.tolist() == expected.tolist()
    assert scores.shape == expected.shape


def test_at_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        module, "fit_many", lambda *a, **k: calls.append(len(a[0])) or fit_many.fit_many(*a, **k)
    )
    cross_val_score(make_pipeline(StandardScaler(), classifier()), X, Y, cv=3)
    assert calls == [3]


def test_another_estimator():
    with pytest.raises(TypeError, match=r"KerasClassifier.*LogisticRegression"):
        cross_val_score(LogisticRegression(), X, Y)
