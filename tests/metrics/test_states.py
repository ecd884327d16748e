"""The kernels' counts and the results, held against plain NumPy; and the definitions' traps."""

import numpy as np
import pytest

import engine
from engine import metrics
from tests.metrics import plain

CLOSE = {"rtol": 2e-6, "atol": 2e-6}


def rows(n=61, units=1, ties=False, seed=0):
    """Labels, predictions and weights in float32; with ties predictions lie on thresholds."""
    rng = np.random.default_rng(seed)
    y = (rng.random((n, units)) < 0.4).astype("float32")
    p = rng.random((n, units)).astype("float32")
    p = np.where(y == 1, np.sqrt(p), p).astype("float32")  # not without skill
    if ties:
        p = (np.round(p * 10) / 10).astype("float32")
    return y, p, rng.random(n).astype("float32")


def in_batches(metric, y, p, w=None, size=16):
    for start in range(0, len(y), size):
        part = slice(start, start + size)
        metric.update_state(y[part], p[part], None if w is None else w[part])
    return metric.result()


@pytest.mark.parametrize("units", [1, 3, 11])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_confusion_counts(units, weighted, ties):
    y, p, w = rows(units=units, ties=ties)
    w = w if weighted else None
    names = "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"
    for threshold in (0.5, 0.3):
        t = np.float32(threshold)
        for name, expected in zip(names, plain.confusion(y, p, t, w), strict=True):
            told = in_batches(getattr(metrics, name)(thresholds=threshold), y, p, w)
            np.testing.assert_allclose(told, expected, **CLOSE)
        told = in_batches(metrics.Precision(thresholds=threshold), y, p, w)
        np.testing.assert_allclose(told, plain.precision(y, p, t, w), **CLOSE)
        told = in_batches(metrics.Recall(thresholds=[threshold, 0.7]), y, p, w)
        expected = [plain.recall(y, p, np.float32(s), w) for s in (threshold, 0.7)]
        np.testing.assert_allclose(told, expected, **CLOSE)


def test_on_the_threshold_is_no():
    assert metrics.TruePositives()([1, 1], [0.5, 0.51]) == 1
    assert metrics.Recall(thresholds=[0.0, 0.5, 1.0])([1, 1], [0.5, 1.0]).tolist() == [1, 0.5, 0]
    assert metrics.AUC(num_thresholds=3).thresholds == [-1e-7, 0.5, 1 + 1e-7]


def test_top_k_and_class_id():
    y = np.array([[0, 1, 0], [1, 0, 0]], "float32")
    p = np.array([[0.4, 0.4, 0.2], [0.1, 0.3, 0.6]], "float32")
    assert metrics.Recall(top_k=1)(y, p) == 0  # of equal ones the first
    assert metrics.Recall(top_k=2)(y, p) == 0.5
    assert metrics.Precision(top_k=2)(y, p) == 0.25
    assert metrics.Precision(class_id=1, thresholds=0.35)(y, p) == 1
    assert metrics.Recall(class_id=0, thresholds=0.35)(y, p) == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_area_under_roc(weighted):
    """By its thresholds; and with many of them close to the exact area."""
    y, p, w = rows(200)
    given = w if weighted else None
    for thresholds in ([0.1, 0.4, 0.45, 0.9], [0.25, 0.5, 0.75]):
        told = in_batches(metrics.AUC(thresholds=thresholds), y, p, given)
        expected = plain.roc_by_thresholds(y, p, [-1, *thresholds, 2], given)
        np.testing.assert_allclose(told, expected, **CLOSE)
    told = in_batches(metrics.AUC(num_thresholds=100_000), y, p, given)
    exact = plain.roc_area(y, p, w if weighted else None)
    np.testing.assert_allclose(told, exact, atol=1e-4)
    assert 0.6 < exact < 0.95


def test_area_under_precision_and_recall():
    """The closed form beside Davis & Goadrich's interpolation in small steps."""
    y, p, _ = rows(80)
    thresholds = [0.2, 0.35, 0.6, 0.61, 0.8]
    told = in_batches(metrics.AUC(curve="PR", thresholds=thresholds), y, p)
    np.testing.assert_allclose(told, plain.pr_by_small_steps(y, p, [-1, *thresholds, 2]), rtol=1e-5)
    bounds = [metrics.AUC(curve="PR", summation_method=m)(y, p) for m in ("minoring", "majoring")]
    assert bounds[0] < metrics.AUC(curve="PR")(y, p) < bounds[1]


def test_area_of_each_label():
    y, p, _ = rows(units=3)
    each = [metrics.AUC()(y[:, [c]], p[:, [c]]) for c in range(3)]
    np.testing.assert_allclose(metrics.AUC(multi_label=True)(y, p), np.mean(each), **CLOSE)
    assert abs(metrics.AUC()(y, p) - np.mean(each)) > 1e-4


def test_gains_against_random():
    """A classifier that cannot tell gains nothing; a perfect one everything."""
    y = np.tile([0.0, 1.0], 50)
    assert metrics.AUC(curve="PRGAIN")(y, y * 0.9 + 0.05) == pytest.approx(1, abs=1e-3)
    assert metrics.AUC(curve="PRGAIN")(y, np.full(100, 0.5)) < 0.6


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
@pytest.mark.parametrize("threshold", [None, 0.45])
@pytest.mark.parametrize("beta", [1.0, 0.5, 2.0])
def test_f_scores(average, threshold, beta):
    for weighted in (False, True):
        y, p, w = rows(units=4)
        w = w if weighted else None
        told = in_batches(metrics.FBetaScore(average, beta, threshold), y, p, w)
        expected = plain.f_beta(y, p, beta, threshold, average, w)
        np.testing.assert_allclose(told, expected, rtol=1e-5)
    if beta == 1.0:
        same = metrics.F1Score(average, threshold)(y, p)
        assert np.array_equal(same, metrics.FBetaScore(average, 1.0, threshold)(y, p))


def test_errors_by_hand():
    y, p = [[1.0, 2.0], [4.0, 0.5]], [[2.0, 0.0], [4.0, 1.0]]
    assert metrics.MeanAbsoluteError()(y, p) == 0.875
    assert metrics.MeanAbsolutePercentageError()(y, p) == 75
    assert metrics.RootMeanSquaredError()(y, p) == pytest.approx(np.sqrt(5.25 / 4))
    expected = np.mean((np.log1p(p) - np.log1p(y)) ** 2)
    assert metrics.MeanSquaredLogarithmicError()(y, p) == pytest.approx(expected)
    assert metrics.Accuracy()(y, p) == 0.25
    assert metrics.mean_absolute_error(y, p).tolist() == [1.5, 0.25]
    assert metrics.mean_absolute_percentage_error(y, p).tolist() == [100, 50]


@pytest.mark.parametrize("weighted", [False, True])
def test_r2(weighted):
    y, p, w = rows(units=3)
    w = w if weighted else None
    expected = plain.r2(y, p, w)
    told = in_batches(metrics.R2Score(None), y, p, w)
    np.testing.assert_allclose(told, expected, rtol=1e-4)
    np.testing.assert_allclose(in_batches(metrics.R2Score(), y, p, w), expected.mean(), rtol=1e-4)
    assert metrics.R2Score()([[1.0], [1.0]], [[1.0], [2.0]]) == 0  # labels that do not vary


def test_top_k_accuracy():
    rng = np.random.default_rng(2)
    p, y = rng.random((50, 7)).astype("float32"), rng.integers(0, 7, 50)
    for k in (1, 2, 5, 9):
        expected = pytest.approx(plain.top_k(y, p, k))
        assert metrics.SparseTopKCategoricalAccuracy(k)(y, p) == expected
        assert metrics.TopKCategoricalAccuracy(k)(np.eye(7)[y], p) == expected
        assert metrics.sparse_top_k_categorical_accuracy(y, p, k).mean() == expected
        assert metrics.top_k_categorical_accuracy(np.eye(7)[y], p, k).mean() == expected
    assert metrics.SparseTopKCategoricalAccuracy(1)([1], [[0.4, 0.4, 0.2]]) == 1  # as probable
    assert metrics.SparseTopKCategoricalAccuracy(3)([1], [[np.nan, 0.4, 0.2]]) == 0


def test_mean():
    mean = metrics.Mean()
    assert mean.result() == 0
    mean.update_state([1, 3, 5, 7])
    assert mean.result() == 4
    mean.update_state([[0, 2], [4, 6]], sample_weight=[1, 0])
    assert mean.result() == pytest.approx(17 / 5)
    mean.reset_state()
    assert mean([1, 3], [1, 3]) == 2.5


@pytest.mark.parametrize(
    "make",
    [
        metrics.Precision, metrics.Recall, metrics.AUC, lambda: metrics.AUC(curve="PR"),
        metrics.TruePositives, metrics.MeanAbsoluteError, metrics.RootMeanSquaredError,
    ],
)  # fmt: skip
def test_before_any_row_the_result_is_0(make):
    metric = make()
    assert metric.result() == 0
    metric.update_state([0, 1, 1], [0.2, 0.7, 0.4])
    assert metric.result() != 0
    metric.reset_state()
    assert metric.result() == 0


def test_automatic_names():
    engine.utils.clear_session()
    assert [metrics.Precision().name for _ in range(2)] == ["precision", "precision_1"]
    assert [metrics.AUC().name, metrics.AUC().name] == ["auc", "auc_1"]
    assert metrics.F1Score().name == "f1_score" and metrics.TruePositives().name == "true_positives"
    assert metrics.get("AUC").name == "AUC" and metrics.AUC().name == "auc_3"


CONFIGURED = [
    metrics.Precision([0.2, 0.4], class_id=1), metrics.Recall(top_k=2), metrics.AUC(curve="pr"),
    metrics.AUC(thresholds=[0.5, 0.2], summation_method="Minoring"), metrics.FalseNegatives(0.25),
    metrics.F1Score("macro", 0.5), metrics.FBetaScore("micro", 2.0), metrics.R2Score(None),
    metrics.TopKCategoricalAccuracy(3), metrics.SparseTopKCategoricalAccuracy(2),
    metrics.BinaryCrossentropy(label_smoothing=0.1), metrics.MeanAbsoluteError(), metrics.Mean("m"),
]  # fmt: skip


@pytest.mark.parametrize("metric", CONFIGURED, ids=lambda m: m.name)
def test_from_what_it_was_serialized_to(metric):
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric) and again.get_config() == metric.get_config()
    assert again is not metric


NAMES = {
    "AUC": metrics.AUC,
    "auc": metrics.AUC,
    "Precision": metrics.Precision,
    "f1_score": metrics.F1Score,
    "mae": metrics.MeanAbsoluteError,
    "MAE": metrics.MeanAbsoluteError,
    "mape": metrics.MeanAbsolutePercentageError,
    "MSLE": metrics.MeanSquaredLogarithmicError,
    "r2_score": metrics.R2Score,
    "root_mean_squared_error": metrics.RootMeanSquaredError,
    "sparse_top_k_categorical_accuracy": metrics.SparseTopKCategoricalAccuracy,
}


@pytest.mark.parametrize("name", NAMES)
def test_by_name(name):
    assert type(metrics.get(name)) is NAMES[name]


AUC = metrics.AUC
WRONG = {
    "thresholds above 1": (lambda: metrics.Precision(1.5), ValueError, "[0, 1]", "=1.5"),
    "thresholds text": (lambda: metrics.Recall("a"), TypeError, "[0, 1]", "='a'"),
    "thresholds empty": (lambda: metrics.Recall([]), ValueError, "at least one", "[]"),
    "top_k 0": (lambda: metrics.Precision(top_k=0), ValueError, "≥ 1", "top_k=0"),
    "class_id -1": (lambda: metrics.Precision(class_id=-1), ValueError, "≥ 0", "class_id=-1"),
    "class_id 1.5": (lambda: metrics.Precision(class_id=1.5), TypeError, "≥ 0", "1.5"),
    "class_id too large": (
        lambda: metrics.Precision(class_id=2)([[1, 0]], [[1, 0]]), ValueError, "at most 1", "=2",
    ),
    "top_k too large": (
        lambda: metrics.Recall(top_k=3)([[1, 0]], [[1, 0]]), ValueError, "at most 2", "=3",
    ),
    "curve": (lambda: AUC(curve="roc curve"), ValueError, '"PRGAIN"', "'roc curve'"),
    "summation": (lambda: AUC(summation_method="mid"), ValueError, "majoring", "'mid'"),
    "label_weights": (lambda: AUC(label_weights=[1.0]), ValueError, "class_id", "[1.0]"),
    "num_labels": (lambda: AUC(num_labels=3), ValueError, "multi_label=True", "=3"),
    "num_thresholds 1": (lambda: AUC(1), ValueError, "≥ 2", "=1"),
    "num_thresholds None": (lambda: AUC(None), TypeError, "≥ 2", "None"),
    "multi_label 1": (lambda: AUC(multi_label=1), TypeError, "True or False", "=1"),
    "labels of another number": (
        lambda: AUC(multi_label=True, num_labels=3)([[1, 0]], [[1, 0]]), ValueError, "fit", "2",
    ),
    "average": (lambda: metrics.F1Score("mean"), ValueError, '"macro"', "'mean'"),
    "beta 0": (lambda: metrics.FBetaScore(beta=0.0), ValueError, "> 0", "=0.0"),
    "beta int": (lambda: metrics.FBetaScore(beta=1), TypeError, "a float", "=1"),
    "threshold of F 0": (lambda: metrics.F1Score(threshold=0.0), ValueError, "(0, 1]", "=0.0"),
    "k 0": (lambda: metrics.TopKCategoricalAccuracy(0), ValueError, "≥ 1", "k=0"),
    "k None": (lambda: metrics.TopKCategoricalAccuracy(None), TypeError, "≥ 1", "None"),
    "from_sorted_ids": (
        lambda: metrics.SparseTopKCategoricalAccuracy(from_sorted_ids=True), ValueError, "False",
        "True",
    ),
    "num_regressors": (lambda: metrics.R2Score(num_regressors=1), ValueError, "=0", "=1"),
    "class_aggregation": (lambda: metrics.R2Score("mean"), ValueError, "uniform", "'mean'"),
    "shapes": (lambda: metrics.Recall()([1, 0], [[1, 0]]), ValueError, "same shape", "(2,)"),
    "three axes": (
        lambda: metrics.Recall()(np.ones((2, 1, 1)), np.ones((2, 1, 1))), ValueError, "units",
        "(2, 1, 1)",
    ),
    "weights": (
        lambda: metrics.Recall()([1, 0], [1, 0], [1.0]), ValueError, "of 2 rows", "(1,)",
    ),
    "weights of a mean": (lambda: metrics.Mean()([1, 2], [1]), ValueError, "of 2 values", "(1,)"),
    "values of a mean": (
        lambda: metrics.Mean()(np.ones((1, 1, 1))), ValueError, "one or two axes", "(1, 1, 1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_is_refused(name):
    call, kind, *words = WRONG[name]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert caught.type is kind, caught.value
    assert str(caught.value).startswith("Expected ") and "Received: " in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((3,), (3, 1)), ((3, 1), (3,))])
def test_f_scores_want_columns(shapes):
    """Three rows of one class and one row of three would look alike; Keras asks for both axes."""
    y, p = (np.array([1.0, 0.0, 1.0]).reshape(shape) for shape in shapes)
    with pytest.raises(ValueError, match=r"(?:y_true|y_pred)\.reshape\(-1, 1\).*shape=\(3,\)"):
        metrics.F1Score(threshold=0.5)(y, p)
    assert metrics.F1Score(threshold=0.5)(y.reshape(-1, 1), p.reshape(-1, 1)).round(3) == 1


def test_other_widths_are_refused():
    metric = metrics.F1Score()
    metric.update_state([[1, 0]], [[1, 0]])
    with pytest.raises(ValueError, match="as wide as those before"):
        metric.update_state([[1, 0, 0]], [[1, 0, 0]])
