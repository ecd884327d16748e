"""MLPClassifier: scikit-learn's words, and what scikit-learn's does not have."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError

import engine as keras
from engine.wrappers import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, SIDE = make_moons(200, noise=0.2, random_state=0)
NAMES = np.array(["down", "up"])[SIDE]
SIGNS = (X > 0.4).astype(int)


def mlp(**options):
    plain = {"hidden_layer_sizes": (8, 4), "learning_rate_init": 0.02, "random_state": 1}
    return MLPClassifier(**{**plain, "max_iter": 30, **options})


@pytest.mark.parametrize(
    ("y", "out", "outputs"),
    [
        (NAMES, "logistic", 1),
        (SIDE == 1, "logistic", 1),
        (SIDE + 2 * (X[:, 0] > 1), "softmax", 4),
        (SIGNS, "logistic", 2),
        (np.eye(2, dtype=int)[SIDE], "logistic", 2),  # independent labels, as in scikit-learn
    ],
)
def test_labels_of_any_kind(y, out, outputs):
    fitted = mlp(max_iter=300).fit(X, y)
    assert fitted.out_activation_ == out and fitted.n_outputs_ == outputs
    found = fitted.predict(X)
    assert found.shape == y.shape and found.dtype == y.dtype
    assert fitted.score(X, y) > 0.9


def test_attributes():
    fitted = mlp(max_iter=12, n_iter_no_change=100).fit(X, NAMES)
    assert [k.shape for k in fitted.coefs_] == [(2, 8), (8, 4), (4, 1)]
    assert [b.shape for b in fitted.intercepts_] == [(8,), (4,), (1,)]
    assert fitted.n_layers_ == 4 and fitted.n_iter_ == 12 and fitted.t_ == 12 * 200
    assert len(fitted.loss_curve_) == 12
    assert fitted.best_loss_ == min(fitted.loss_curve_)
    assert fitted.loss_ == fitted.loss_curve_[-1]
    assert fitted.validation_scores_ is None and fitted.best_validation_score_ is None
    assert fitted.classes_.tolist() == ["down", "up"]
    assert fitted.n_features_in_ == 2 and not hasattr(fitted, "feature_names_in_")
    assert fitted.coefs_[0].dtype == "float64"
    assert fitted.fit(X.astype("float32"), NAMES).coefs_[0].dtype == "float32"
    with pytest.raises(AttributeError):
        mlp().loss_curve_  # noqa: B018


def test_it_tells_that_it_was_still_learning():
    with pytest.warns(ConvergenceWarning, match="within 3 epochs.*larger max_iter"):
        mlp(max_iter=3).fit(X, NAMES)


def test_an_activation_for_each_layer():
    fitted = mlp(activation=["tanh", "logistic"]).fit(X, NAMES)
    by_hand = X
    for kernel, bias, f in zip(
        fitted.coefs_,
        fitted.intercepts_,
        (np.tanh, lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (1 + np.exp(-z))),
        strict=True,
    ):
        by_hand = f(by_hand @ kernel + bias)
    np.testing.assert_allclose(fitted.predict_proba(X)[:, 1], by_hand[:, 0], rtol=1e-10)


def test_early_stopping_scores_rows_that_were_held_back():
    fitted = mlp(early_stopping=True, max_iter=200, validation_fraction=0.25).fit(X, NAMES)
    scores = fitted.validation_scores_
    assert len(scores) == fitted.n_iter_ < 200
    assert fitted.best_validation_score_ == max(scores) > 0.7
    assert fitted.best_loss_ is None
    assert fitted.t_ == 150 * fitted.n_iter_
    # The weights of the first epoch with the best score are back.
    best = scores.index(max(scores)) + 1
    short = mlp(early_stopping=True, max_iter=best, validation_fraction=0.25).fit(X, NAMES)
    for a, b in zip(short.coefs_, fitted.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    heavy = mlp(early_stopping=True).fit(X, NAMES, sample_weight=np.linspace(0, 1, 200))
    assert heavy.validation_scores_
    assert mlp(early_stopping=True).fit(X, SIGNS).validation_scores_


def test_warm_start_and_partial_fit():
    plain = {"shuffle": False, "tol": 0.0, "n_iter_no_change": 99}
    whole = mlp(max_iter=6, **plain).fit(X, NAMES)
    steps = mlp(**plain).partial_fit(X, NAMES, classes=["up", "down"])
    for _ in range(5):
        steps.partial_fit(X, NAMES)
    assert steps.loss_curve_ == whole.loss_curve_ and steps.t_ == whole.t_ and steps.n_iter_ == 1
    np.testing.assert_array_equal(steps.predict_proba(X), whole.predict_proba(X))
    warm = mlp(warm_start=True, max_iter=3, **plain).fit(X, NAMES)
    model = warm.model_
    assert warm.fit(X, NAMES).model_ is model and len(warm.loss_curve_) == 6
    assert warm.loss_curve_[3] < warm.loss_curve_[2]
    assert len(mlp(max_iter=3, **plain).fit(X, NAMES).fit(X, NAMES).loss_curve_) == 3


def test_the_penalty_follows_the_batch():
    """partial_fit on 50 rows, then on 200, has scikit-learn's alpha each time."""
    steps = mlp(alpha=2.0, shuffle=False).partial_fit(X[:50], NAMES[:50], classes=["down", "up"])
    assert steps.model_.layers[0].kernel_regularizer.l2 == 2.0 / (2 * 50)
    steps.partial_fit(X, NAMES)
    assert steps.model_.layers[0].kernel_regularizer.l2 == 2.0 / (2 * 200)
    kernels = steps.coefs_
    steps.set_params(learning_rate_init=0.0, warm_start=True, max_iter=1).fit(X, NAMES)
    p = steps.predict_proba(X)[:, 1]
    data = -np.mean(np.log(np.where(SIDE, p, 1 - p)))
    penalty = sum((k**2).sum() for k in kernels) * 2.0 / (2 * 200)
    assert steps.loss_ == pytest.approx(data + penalty, rel=1e-12)


@pytest.mark.parametrize("state", [3, np.int64(3), np.random.RandomState(3), None])
def test_random_state_of_every_kind_repeats_to_the_bit(state):
    def results():
        keras.utils.set_random_seed(11)
        fitted = mlp(random_state=copy.deepcopy(state), early_stopping=True).fit(X, NAMES)
        return fitted.predict_proba(X), fitted.fit(X, NAMES).predict_proba(X)

    (first, second), (again, _) = results(), results()
    np.testing.assert_array_equal(first, again)
    assert (first == second).all() == isinstance(state, int | np.integer)


def test_copies_predict_the_same_and_go_on_the_same(tmp_path):
    fitted = mlp(callbacks=[keras.callbacks.EarlyStopping("loss")]).fit(X, NAMES)
    joblib.dump(fitted, tmp_path / "f")
    for other in (
        pickle.loads(pickle.dumps(fitted)),
        joblib.load(tmp_path / "f"),
        copy.deepcopy(fitted),
    ):
        np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))
        assert other.loss_curve_ == fitted.loss_curve_
        a, b = (copy.deepcopy(e).partial_fit(X, NAMES) for e in (other, fitted))
        np.testing.assert_array_equal(a.predict_proba(X), b.predict_proba(X))


# --- weights ------------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("weight", [None, "balanced"])
def test_a_weight_of_two_is_a_row_twice(alpha, solver, weight):
    counts = np.random.default_rng(0).integers(0, 4, 60)
    options = {"alpha": alpha, "solver": solver, "class_weight": weight, "shuffle": False}
    x, y = X[:60], NAMES[:60]
    weighted = mlp(**options).fit(x, y, sample_weight=counts)
    repeated = mlp(**options).fit(np.repeat(x, counts, axis=0), np.repeat(y, counts))
    np.testing.assert_allclose(weighted.predict_proba(x), repeated.predict_proba(x), rtol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)
    none = mlp(**options).fit(x, y)
    assert abs(none.predict_proba(x) - weighted.predict_proba(x)).max() > 1e-3


def test_only_the_proportions_of_weights_count():
    weights = np.linspace(0.1, 1, 200)
    one = mlp(alpha=0.0).fit(X, NAMES, sample_weight=weights)
    ten = mlp(alpha=0.0).fit(X, NAMES, sample_weight=10 * weights)
    np.testing.assert_allclose(one.predict_proba(X), ten.predict_proba(X), rtol=1e-9)


def test_class_weights():
    few = np.r_[np.flatnonzero(SIDE == 0), np.flatnonzero(SIDE == 1)[:10]]
    x, y = X[few], NAMES[few]
    plain, balanced = (mlp(class_weight=w, max_iter=15).fit(x, y) for w in (None, "balanced"))
    up = NAMES == "up"
    assert (balanced.predict(X)[up] == "up").mean() > (plain.predict(X)[up] == "up").mean()
    by_label = mlp(class_weight={"down": 110 / 200, "up": 110 / 20}, max_iter=15).fit(x, y)
    np.testing.assert_allclose(by_label.predict_proba(X), balanced.predict_proba(X), rtol=1e-9)


# --- what it adds -------------------------------------------------------------------------------


def test_callbacks_hear_the_training():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(logs["loss"])
    )
    fitted = clone(mlp(callbacks=[watch], max_iter=4)).fit(X, NAMES)
    assert len(fitted.loss_curve_) == 4
    fitted = mlp(callbacks=[watch], max_iter=4).fit(X, NAMES)
    assert seen[-4:] == fitted.loss_curve_
    stop = keras.callbacks.EarlyStopping("loss", patience=2, min_delta=9.0)
    assert mlp(callbacks=stop).fit(X, NAMES).n_iter_ == 3


@pytest.mark.skipif(
    "Dropout" not in keras.layers.__all__, reason="engine.layers has no Dropout yet"
)
def test_dropout_changes_the_training_and_not_the_prediction():
    fitted = mlp(dropout=[0.0, 0.3], max_iter=60).fit(X, NAMES)
    np.testing.assert_array_equal(fitted.predict_proba(X), fitted.predict_proba(X))
    assert fitted.n_layers_ == 4 and len(fitted.coefs_) == 3
    again = mlp(dropout=[0.0, 0.3], max_iter=60).fit(X, NAMES)
    np.testing.assert_array_equal(fitted.predict_proba(X), again.predict_proba(X))
    assert (fitted.coefs_[0] != mlp(max_iter=60).fit(X, NAMES).coefs_[0]).any()
    assert fitted.score(X, NAMES) > 0.8


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"solver": "lbfgs"}, ValueError, "solver"),
        ({"alpha": -1.0}, ValueError, "alpha to be a number ≥ 0"),
        ({"batch_size": "all"}, TypeError, "batch_size to be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size to be a whole number"),
        ({"learning_rate_init": "fast"}, TypeError, "learning_rate_init to be a number"),
        (
            {"learning_rate_init": -1},
            ValueError,
            "learning_rate_init to be .*_init=-1",
        ),
        ({"hidden_layer_sizes": (0,)}, ValueError, r"Received: hidden_layer_sizes=\(0,\)"),
        ({"max_iter": 0}, ValueError, "max_iter to be a whole number"),
        ({"tol": "x"}, TypeError, "tol to be a number"),
        ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change to be a whole number"),
        ({"momentum": 2.0, "solver": "sgd"}, ValueError, "momentum to be a number"),
        ({"beta_1": 1.0}, ValueError, "beta_1 to be a number"),
        ({"early_stopping": 1}, TypeError, "early_stopping to be True or False"),
        ({"shuffle": "yes"}, TypeError, "shuffle to be True or False"),
        (
            {"early_stopping": True, "validation_fraction": 0.001},
            ValueError,
            "hold back at least 2",
        ),
        ({"random_state": "s"}, TypeError, "random_state to be None"),
        ({"class_weight": "even"}, ValueError, "class_weight to be None"),
        ({"callbacks": [3]}, TypeError, "callbacks to be objects or classes"),
    ],
)
def test_wrong_parameters(wrong, error, message):
    with pytest.raises(error, match=message):
        mlp(**wrong).fit(X, NAMES)


@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_a_batch_of_more_rows_than_there_are(fit):
    options = {"classes": sorted(set(NAMES))} if fit == "partial_fit" else {}
    with pytest.warns(UserWarning, match=f"at most {len(X)}, .*Received: batch_size=1000") as told:
        fitted = getattr(mlp(batch_size=1000, tol=1.0), fit)(X, NAMES, **options)
    assert told[0].filename == __file__
    same = getattr(mlp(batch_size=len(X), tol=1.0), fit)(X, NAMES, **options)
    np.testing.assert_array_equal(fitted.predict_proba(X), same.predict_proba(X))


def test_ctrl_c_keeps_what_is_done():
    def press(epoch, logs):
        if epoch == 3:
            raise KeyboardInterrupt

    hasty = keras.callbacks.LambdaCallback(on_epoch_end=press)
    with pytest.warns(UserWarning, match="interrupted: the epochs so far count"):
        fitted = mlp(callbacks=[hasty], shuffle=False).fit(X, NAMES)
    assert fitted.n_iter_ == 4
    full = mlp(max_iter=4, shuffle=False).fit(X, NAMES)
    np.testing.assert_array_equal(fitted.predict_proba(X), full.predict_proba(X))
    pickle.dumps(mlp(early_stopping=True).fit(X, NAMES))


def test_wrong_use():
    with pytest.raises(NotFittedError):
        mlp().predict(X)
    with pytest.raises(ValueError, match="Expected classes in the first call"):
        mlp().partial_fit(X, NAMES)
    with pytest.raises(ValueError, match="Expected classes as in the first call"):
        mlp().partial_fit(X, NAMES, classes=["up", "down"]).partial_fit(X, NAMES, classes=["up"])
    with pytest.raises(ValueError, match="partial_fit holds no rows back"):
        mlp(early_stopping=True).partial_fit(X, NAMES, classes=["up", "down"])
    with pytest.raises(ValueError, match="Expected the training to end with finite weights"):
        mlp(solver="sgd", learning_rate_init=1e30).fit(X * 1e10, NAMES)
