"""The MLP estimators beside scikit-learn's: the same steps, and the same accuracy."""

import numpy as np
import pytest
import sklearn.neural_network
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from engine import wrappers

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
DRAW = np.random.default_rng(3)
X = DRAW.standard_normal((60, 5))
NOISE = 0.3 * DRAW.standard_normal((60, 3))
TARGETS = {
    "binary": (X[:, 0] + NOISE[:, 0] > 0) * 1,
    "multiclass": np.digitize(X[:, 0] + NOISE[:, 0], [-0.5, 0.5]),
    "multilabel": (X[:, :3] + NOISE > 0) * 1,
    "one number": X[:, 0] ** 2 + X[:, 1],
    "two numbers": np.c_[X[:, 0] ** 2, X[:, 1] * 3],
}
WEIGHTS = DRAW.integers(1, 4, 60).astype(float)
SETTINGS = {
    "sgd": {"solver": "sgd", "learning_rate_init": 0.05},
    "momentum, alpha": {
        "solver": "sgd",
        "learning_rate_init": 0.05,
        "nesterovs_momentum": False,
        "alpha": 1.0,
        "batch_size": 20,
    },
    "adam, alpha": {"alpha": 0.3, "batch_size": 12, "activation": "tanh"},
    "adam, logistic": {"activation": "logistic", "learning_rate_init": 0.01, "beta_1": 0.8},
    "float32": {"learning_rate_init": 0.01},
}


def pair(target, x=X, weights=None, change=None, **settings):
    """Ours and theirs, after trainings from the same weights in the same order."""
    y = TARGETS[target]
    name = "MLPRegressor" if "number" in target else "MLPClassifier"
    ours, theirs = getattr(wrappers, name), getattr(sklearn.neural_network, name)
    plain = {"hidden_layer_sizes": (7, 4), "random_state": 5, "shuffle": False, "max_iter": 50}
    settings = {**plain, "tol": 0.0, "n_iter_no_change": 99, **settings}
    start = ours(**{**settings, "learning_rate_init": 0.0, "max_iter": 1}).fit(x, y)
    begin = iter(zip(start.coefs_, start.intercepts_, strict=True))

    class Begun(theirs):
        def _init_coef(self, fan_in, fan_out, dtype):
            kernel, bias = next(begin)
            return kernel.copy(), bias.copy()

    return (
        ours(**{**settings, **(change or {})}).fit(x, y, sample_weight=weights),
        Begun(**settings).fit(x, y, sample_weight=weights),
    )


def distance(ours, theirs):
    """The largest difference of a weight."""
    pairs = zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True)
    return max(abs(a - b).max() for a, b in pairs)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("target", TARGETS)
def test_the_same_steps(target, name):
    """50 epochs end with the same weights but for rounding: 1e-14 was measured at most."""
    x, tolerance = (X.astype("float32"), 1e-5) if name == "float32" else (X, 1e-12)
    ours, theirs = pair(target, x, **SETTINGS[name])
    assert ours.coefs_[0].dtype == theirs.coefs_[0].dtype == x.dtype
    assert distance(ours, theirs) < tolerance
    if target != "two numbers":  # whose loss_curve_ is not what its gradient belongs to
        np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, atol=tolerance)
    if name != "float32":  # where p = 0.5 may fall to either side
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-11)


@pytest.mark.parametrize("name", ["sgd", "adam, logistic"])
@pytest.mark.parametrize("target", TARGETS)
def test_the_same_weights_of_samples_in_a_batch_of_all_rows(target, name):
    ours, theirs = pair(target, weights=WEIGHTS, alpha=1.0, **SETTINGS[name])
    assert distance(ours, theirs) < 1e-9  # plain descent multiplies roundings here


def test_in_a_smaller_last_batch_alpha_weighs_less_here():
    options = {"solver": "sgd", "learning_rate_init": 0.05, "batch_size": 25}
    assert distance(*pair("binary", alpha=0.0, **options)) < 1e-12
    ours, theirs = pair("binary", alpha=1.0, **options)
    assert distance(ours, theirs) > 1e-4
    sizes = [sum((k**2).sum() for k in estimator.coefs_) for estimator in (ours, theirs)]
    assert sizes[0] > sizes[1]


def test_the_same_end():
    settings = {"max_iter": 300, "learning_rate_init": 0.05, "tol": 1e-2, "n_iter_no_change": 3}
    ours, theirs = pair("multiclass", **settings)
    assert ours.n_iter_ == theirs.n_iter_ < 300
    assert ours.t_ == theirs.t_ and ours.n_layers_ == theirs.n_layers_
    assert ours.out_activation_ == theirs.out_activation_
    assert ours.best_loss_ == pytest.approx(theirs.best_loss_, abs=1e-12)


@pytest.mark.parametrize(
    "change",
    [{"alpha": 0.55}, {"learning_rate_init": 0.0501}, {"momentum": 0.89}, {"batch_size": 19},
     {"nesterovs_momentum": True}, {"activation": ["relu", "tanh"]}, {"class_weight": {0: 1.01}}],
)  # fmt: skip
def test_a_wrong_version_is_found(change):
    settings = SETTINGS["momentum, alpha"] | {"alpha": 0.5}
    assert distance(*pair("multiclass", change=change, **settings)) > 1e-6


DATA = {"cancer": load_breast_cancer, "digits": load_digits}


@pytest.mark.parametrize("name", DATA)
def test_the_same_accuracy(name):
    """On average over six seeds within 1 percent, with other initial weights and orders."""
    x, y = DATA[name](return_X_y=True)
    train, test, y_train, y_test = train_test_split(x, y, random_state=0, stratify=y)
    scaler = StandardScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)
    means = []
    for kind in (wrappers.MLPClassifier, sklearn.neural_network.MLPClassifier):
        fits = [kind((20,), max_iter=60, random_state=s).fit(train, y_train) for s in range(6)]
        means.append(np.mean([fit.score(test, y_test) for fit in fits]))
    assert means[1] > 0.9
    assert means[0] == pytest.approx(means[1], abs=0.01)
