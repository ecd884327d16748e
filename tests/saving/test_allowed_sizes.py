"""How much all metrics of a file may need: at the limits, and one beyond."""

import pytest

from engine.saving.allowed_sizes import check_counts


def auc(**config):
    return {"module": "keras.metrics", "class_name": "AUC", "config": config}


def precision(thresholds):
    config = {"thresholds": thresholds}
    return {"module": "keras.metrics", "class_name": "Precision", "config": config}


HALF = auc(num_thresholds=500_000)


@pytest.mark.parametrize(
    ("metrics", "weighted"),
    [
        (None, None),
        ([HALF, HALF], None),
        ([HALF], [HALF]),
        ([[HALF], [HALF]], None),
        ([auc(num_thresholds=1000, multi_label=True, num_labels=1000)], None),
        (["auc"] * 1000, None),
        ({"out": [HALF, HALF]}, None),
    ],
)
def test_the_limits_are_kept(metrics, weighted):
    check_counts({"metrics": metrics, "weighted_metrics": weighted}, "c")


@pytest.mark.parametrize(
    ("metrics", "weighted", "received"),
    [
        ([HALF, HALF, "accuracy"], None, "1000200"),
        ([HALF], [HALF, precision([0.5])], "1000001"),
        ([[HALF], [HALF, precision(None)]], None, "1000001"),
        ([HALF, HALF, auc()], None, "1000200"),
        ([HALF, HALF, auc(thresholds=[0.1, 0.2])], None, "1000002"),
        ([auc(num_thresholds=1001, multi_label=True, num_labels=1000)], None, "1001000"),
        (["accuracy"] * 1001, None, "1001"),
        (["accuracy"] * 600, ["accuracy"] * 401, "1001"),
        ({"out": [HALF, HALF, HALF]}, None, "1500000"),
        ({"out": ["accuracy"] * 1001}, None, "1001"),
    ],
)
def test_more_is_refused(metrics, weighted, received):
    with pytest.raises(ValueError, match=f"Expected c.metrics to be .*Received: {received}$"):
        check_counts({"metrics": metrics, "weighted_metrics": weighted}, "c")
