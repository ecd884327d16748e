"""Metrics that stand alone beside Keras's: the same bits, batch after batch."""

import numpy as np
import pytest

from engine import metrics
from tests.parity.promise import assert_as_promised

pytestmark = pytest.mark.keras

CASES = [
    ("Precision", {}),
    ("Precision", {"thresholds": [0.3, 0.7]}),
    ("Precision", {"top_k": 1}),
    ("Precision", {"class_id": 0}),
    ("Recall", {"thresholds": [0, 0.5, 1]}),
    ("Recall", {"top_k": 1, "thresholds": 0.4}),
    ("TruePositives", {"thresholds": 0.2}),
    ("FalsePositives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}),
    ("TrueNegatives", {"thresholds": [0.2, 0.5, 0.9]}),
    ("FalseNegatives", {}),
    ("AUC", {}),
    ("AUC", {"curve": "PR"}),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}),
    ("AUC", {"curve": "PRGAIN"}),
    ("AUC", {"summation_method": "majoring", "num_thresholds": 7}),
    ("AUC", {"thresholds": [0.1, 0.4, 0.45]}),
    ("AUC", {"multi_label": True}),
    ("AUC", {"multi_label": True, "curve": "PR"}),
    ("AUC", {"from_logits": True}),
    ("F1Score", {}),
    ("F1Score", {"average": "macro", "threshold": 0.3}),
    ("FBetaScore", {"average": "weighted", "beta": 2.0}),
    ("FBetaScore", {"average": "micro", "beta": 0.5}),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}),
    ("CategoricalCrossentropy", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("MeanAbsolutePercentageError", {}),
    ("RootMeanSquaredError", {}),
    ("Accuracy", {}),
    ("BinaryAccuracy", {"threshold": 0.3}),
    ("CategoricalAccuracy", {}),
    ("SparseCategoricalAccuracy", {}),
    ("TopKCategoricalAccuracy", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", {"k": 2}),
]
WITHIN_ULPS = [
    # Outside of a graph TensorFlow forms x² by pow, and ln(1 + x) by log.
    ("R2Score", {}),
    ("R2Score", {"class_aggregation": None}),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}),
    ("MeanSquaredLogarithmicError", {}),
    # the middle axis of three is summed in blocks
    ("AUC", {"multi_label": True, "thresholds": [0.1, 0.4, 0.45]}),
]


def batches(name, units, kind):
    """Ragged batches; predictions with ties, on thresholds; labels of one class, or soft ones."""
    for n in (33, 40, 7, 1):
        rng = np.random.default_rng(n)
        p = rng.random((n, units)).astype("float32")
        p = (np.round(p * 20) / 20).astype("float32") if kind == "ties" else p
        y = (rng.random((n, units)) < 0.4).astype("float32")
        if name.startswith("Sparse"):
            y = rng.integers(0, units, (n, 1))
        elif kind == "one class":
            y[:] = 1
        elif kind == "soft":
            y = rng.random((n, units)).astype("float32")
        yield y, p, rng.random(n).astype("float32")


def results(metric, name, units, kind, weighted):
    """The result after each batch; what is said where the metric refuses."""
    told = []
    for y, p, w in batches(name, units, kind):
        metric.update_state(y, p, w if weighted else None)
        told.append(np.asarray(metric.result(), "float32"))
    return told


@pytest.mark.parametrize("kind", ["hard", "ties", "one class", "soft"])
@pytest.mark.parametrize(("name", "options"), CASES + WITHIN_ULPS, ids=str)
def test_alone(keras, name, options, kind):
    for units in (1, 3, 11):
        if units == 1 and name == "CategoricalCrossentropy":
            continue  # of one class it is 0, and both engines warn
        for weighted in (False, True):
            ours = results(getattr(metrics, name)(**options), name, units, kind, weighted)
            theirs = results(getattr(keras.metrics, name)(**options), name, units, kind, weighted)
            for one, other in zip(ours, theirs, strict=True):
                assert one.shape == other.shape
                if (name, options) in WITHIN_ULPS:
                    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
                else:
                    assert_as_promised(one, other, (name, options, units, weighted))


def test_names_and_configs(keras):
    """Names are numbered alike, and the configs are the same."""
    keras.utils.clear_session()
    metrics_and_theirs = []
    import engine

    engine.utils.clear_session()
    for name, options in CASES + WITHIN_ULPS:
        ours, theirs = (getattr(room, name)(**options) for room in (metrics, keras.metrics))
        metrics_and_theirs.append((ours.get_config(), theirs.get_config()))
    for ours, theirs in metrics_and_theirs:
        assert ours == theirs
    for name in ("Precision", "AUC", "auc", "mae", "MAPE", "f1_score", "fbeta_score", "FBetaScore"):
        theirs = keras.src.metrics.ALL_OBJECTS_DICT.get(name)
        if theirs is None:
            with pytest.raises(ValueError):
                metrics.get(name)
        else:
            assert type(metrics.get(name)).__name__ == theirs.__name__
