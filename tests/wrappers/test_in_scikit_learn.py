"""The estimators inside scikit-learn's own: pipelines, searches, ensembles, routed metadata."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_moons
from sklearn.ensemble import AdaBoostClassifier, BaggingRegressor, VotingClassifier, VotingRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.wrappers import (
    KerasClassifier,
    KerasRegressor,
    MLPClassifier,
    MLPRegressor,
    SKLearnClassifier,
    SKLearnRegressor,
)
from tests.wrappers.networks import from_data, from_meta, numbers_from_meta

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, SIDE = make_moons(160, noise=0.2, random_state=0)
X = X * [100, 1] + 7
Y = np.array(["down", "up"])[SIDE]
HEIGHT = 50 + 20 * np.sin(X[:, 0] / 100) + X[:, 1]
TOLD = {"epochs": 20, "verbose": 0}

CLASSIFIERS = {
    "KerasClassifier": KerasClassifier(from_meta, random_state=0, batch_size=16, **TOLD),
    "SKLearnClassifier": SKLearnClassifier(
        from_data, fit_kwargs={"batch_size": 16, **TOLD}, random_state=0
    ),
    "MLPClassifier": MLPClassifier(
        (16,), "tanh", learning_rate_init=0.02, batch_size=16, max_iter=20, random_state=0
    ),
}
REGRESSORS = {
    "KerasRegressor": KerasRegressor(numbers_from_meta, random_state=0, batch_size=16, **TOLD),
    "SKLearnRegressor": SKLearnRegressor(
        from_data,
        model_kwargs={"kind": "continuous"},
        fit_kwargs={"batch_size": 16, **TOLD},
        random_state=0,
    ),
    "MLPRegressor": MLPRegressor(
        (16,), "tanh", learning_rate_init=0.02, batch_size=16, max_iter=20, random_state=0
    ),
}
RATES = {
    "KerasClassifier": {"optimizer": ["sgd", "adam"], "epochs": [0 + 1, 20]},
    "SKLearnClassifier": {"model_kwargs": [{"units": 1}, {"units": 16}]},
    "MLPClassifier": {"learning_rate_init": [1e-9, 0.02], "alpha": [0.0, 1e-4]},
}
classifiers = pytest.mark.parametrize("name", CLASSIFIERS)
regressors = pytest.mark.parametrize("name", REGRESSORS)


def scaled(name):
    return make_pipeline(StandardScaler(), clone((CLASSIFIERS | REGRESSORS)[name]))


@classifiers
def test_pipeline_and_cross_validate(name):
    pipe = scaled(name)
    found = cross_validate(pipe, X, Y, cv=4, scoring=["accuracy", "roc_auc", "neg_log_loss"])
    assert found["test_accuracy"].mean() > 0.8
    assert found["test_roc_auc"].mean() > 0.85
    assert found["test_neg_log_loss"].mean() > -0.5


@classifiers
def test_grid_search(name):
    grid = {f"{name.lower()}__{k}": v for k, v in RATES[name].items()}
    search = GridSearchCV(scaled(name), grid, cv=3).fit(X, Y)
    assert search.best_score_ > 0.8
    spread = search.cv_results_["mean_test_score"]
    assert len(spread) == np.prod([len(v) for v in RATES[name].values()])
    assert spread.min() < spread.max()


@classifiers
def test_searches_in_processes_give_the_same(name):
    grid = {f"{name.lower()}__{k}": v for k, v in RATES[name].items()}
    options = {"n_iter": 2, "cv": 3, "random_state": 0}
    alone = RandomizedSearchCV(scaled(name), grid, **options).fit(X, Y)
    spread = RandomizedSearchCV(scaled(name), grid, n_jobs=2, **options).fit(X, Y)
    for key in ("mean_test_score", "split1_test_score", "rank_test_score"):
        np.testing.assert_array_equal(alone.cv_results_[key], spread.cv_results_[key])


@classifiers
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_cross_val_predict(name, method):
    found = cross_val_predict(scaled(name), X, Y, cv=4, method=method)
    if method == "predict":
        assert (found == Y).mean() > 0.8
    elif method == "predict_proba":
        assert found.shape == (160, 2)
        assert (np.array(["down", "up"])[found.argmax(axis=1)] == Y).mean() > 0.8
    else:
        assert ((found > 0) == SIDE).mean() > 0.8


@classifiers
@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration(name, method):
    fitted = CalibratedClassifierCV(scaled(name), method=method, cv=3).fit(X, Y)
    p = fitted.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert fitted.score(X, Y) > 0.8


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_voting(voting):
    others = [(name, scaled(name)) for name in CLASSIFIERS]
    fitted = VotingClassifier([*others, ("line", LogisticRegression())], voting=voting).fit(X, Y)
    assert fitted.score(X, Y) > 0.8
    together = VotingRegressor([(name, scaled(name)) for name in REGRESSORS])
    assert together.fit(X, HEIGHT - 50).score(X, HEIGHT - 50) > 0.3


def test_threads_give_the_same_as_one_after_the_other():
    from joblib import parallel_config

    voters = VotingClassifier([(n, scaled(n)) for n in CLASSIFIERS], voting="soft", n_jobs=3)
    alone = clone(voters).set_params(n_jobs=None).fit(X, Y).predict_proba(X)
    with parallel_config("threading"):
        np.testing.assert_array_equal(voters.fit(X, Y).predict_proba(X), alone)


@regressors
def test_targets_that_are_transformed(name):
    fitted = TransformedTargetRegressor(scaled(name), transformer=StandardScaler()).fit(X, HEIGHT)
    assert fitted.predict(X).shape == (160,)
    assert fitted.score(X, HEIGHT) > 0.5 > scaled(name).fit(X, HEIGHT).score(X, HEIGHT)


def test_more_ensembles():
    three = SIDE + (X[:, 0] > 100)
    fitted = OneVsRestClassifier(scaled("MLPClassifier")).fit(X, three)
    assert fitted.score(X, three) > 0.8
    x, one = StandardScaler().fit_transform(X), clone(CLASSIFIERS["MLPClassifier"])
    boosted = AdaBoostClassifier(one, n_estimators=3, random_state=0).fit(x, Y)
    assert len(boosted.estimators_) > 1 and boosted.score(x, Y) > 0.8
    bag = BaggingRegressor(scaled("MLPRegressor"), n_estimators=3, random_state=0)
    assert bag.fit(X, HEIGHT).predict(X).shape == (160,)
    sizes, _, scores = learning_curve(scaled("MLPClassifier"), X, Y, cv=3, train_sizes=[0.5, 1.0])
    assert scores.shape == (len(sizes), 3)


# --- metadata routing ---------------------------------------------------------------------------


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


WEIGHTS = np.where(Y == "up", 30.0, 1.0)


@classifiers
def test_sample_weights_are_routed_through_a_search_and_a_pipeline(name, routing):
    asked = clone(CLASSIFIERS[name]).set_fit_request(sample_weight=True)
    asked = asked.set_score_request(sample_weight=True)
    pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), asked)
    search = GridSearchCV(pipe, {f"{name.lower()}__warm_start": [False]}, cv=2)
    found = search.fit(X, Y, sample_weight=WEIGHTS).predict(X)
    x = StandardScaler().fit_transform(X)
    with_weights = clone(CLASSIFIERS[name]).fit(x, Y, sample_weight=WEIGHTS).predict(x)
    without = clone(CLASSIFIERS[name]).fit(x, Y).predict(x)
    np.testing.assert_array_equal(found, with_weights)
    assert (found == "up").sum() > (without == "up").sum()


@pytest.mark.parametrize("name", [*CLASSIFIERS, *REGRESSORS])
def test_who_did_not_ask_gets_an_error(name, routing):
    search = GridSearchCV(clone((CLASSIFIERS | REGRESSORS)[name]), {"warm_start": [False]}, cv=2)
    with pytest.raises(UnsetMetadataPassedError):
        search.fit(X, Y if name in CLASSIFIERS else HEIGHT, sample_weight=WEIGHTS)
