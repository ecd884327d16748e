"""Plausible mistakes in metrics, each of which the comparison with plain NumPy must notice."""

import numpy as np
import pytest

from engine import metrics
from engine.metrics import auc, confusion, f_score
from engine.metrics.metric import quotient
from tests.metrics import plain
from tests.metrics.test_states import in_batches, rows

Y, P, W = rows(200, ties=True)
Y3, P3, W3 = rows(80, units=3)


def precision():
    return in_batches(metrics.Precision(), Y, P, W), plain.precision(Y, P, np.float32(0.5), W)


def recall():
    return in_batches(metrics.Recall(), Y, P, W), plain.recall(Y, P, np.float32(0.5), W)


def area():
    given = [0.15, 0.35, 0.62]
    return metrics.AUC(thresholds=given)(Y, P), plain.roc_by_thresholds(Y, P, [-1, *given, 2])


def pr_area():
    given = [0.15, 0.35, 0.62]
    told = metrics.AUC(curve="PR", thresholds=given)(Y, P)
    return told, plain.pr_by_small_steps(Y, P, [-1, *given, 2])


def f_beta():
    told = metrics.FBetaScore("weighted", 2.0, 0.5)(Y3, P3, W3)
    return told, plain.f_beta(Y3, P3, 2.0, 0.5, "weighted", W3)


def root():
    return metrics.RootMeanSquaredError()(Y3, P3), np.sqrt(np.mean((Y3 - P3) ** 2))


def r2():
    return metrics.R2Score()(Y3, P3, W3), plain.r2(Y3, P3, W3).mean()


def swapped(self, state):
    tp, other = self.counts(state)
    return self.each(quotient(other, tp + other))


def of_all(self, state):
    tp, other = self.counts(state)
    return self.each(tp / (tp + other + 1))


def unweighted(head):
    """A metric that ignores weights."""
    return property(lambda self: (*head.fget(self)[:-1], False))


def straight(self, tp, fp, fn):
    """Precision as a straight line between the points of a PR curve."""
    x, y = auc.points("PR", tp, fp, fn, fn)
    return (x[..., :-1, :] - x[..., 1:, :]) * (y[..., :-1, :] + y[..., 1:, :]) / 2


def exchanged(curve, tp, fp, tn, fn):
    return quotient(tp, tp + fn), quotient(fp, fp + tn)


Reading = confusion.Reading
WRONG = {
    "the share of the wrong ones": (precision, metrics.Precision, "result_of", swapped),
    "one added to the denominator": (recall, metrics.Recall, "result_of", of_all),
    "false positives in recall": (recall, metrics.Recall, "counted", 1 | 2),
    "false negatives in precision": (precision, metrics.Precision, "counted", 1 | 8),
    "no weights in precision": (precision, Reading, "head", unweighted(Reading.head)),
    "no weights in F": (f_beta, Reading, "head", unweighted(Reading.head)),
    "no weights in R2": (r2, Reading, "head", unweighted(Reading.head)),
    "lower sums in place of trapezoids": (area, auc.HEIGHTS, "interpolation", np.minimum),
    "x and y exchanged": (area, auc, "points", exchanged),
    "precision interpolated": (pr_area, metrics.AUC, "_between_points", straight),
    "thresholds taken for evenly spread": (
        area, auc, "spread_evenly", lambda thresholds: True,
    ),
    "beta on the wrong side": (
        f_beta, metrics.FBetaScore, "__init__",
        lambda self, average, beta, threshold: INIT(self, average, 1 / beta, threshold),
    ),
    "epsilon of 0.01": (f_beta, f_score, "EPSILON", 0.01),
    "no root": (root, metrics.RootMeanSquaredError, "result_of", metrics.Mean.result_of),
}  # fmt: skip
INIT = metrics.FBetaScore.__init__


@pytest.mark.parametrize("judge", [precision, recall, area, pr_area, f_beta, root, r2])
def test_right(judge):
    np.testing.assert_allclose(*judge(), rtol=1e-5)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_noticed(name, monkeypatch):
    judge, place, attribute, wrong = WRONG[name]
    if isinstance(place, dict):
        monkeypatch.setitem(place, attribute, wrong)
    else:
        monkeypatch.setattr(place, attribute, wrong)
    told, expected = judge()
    assert not np.allclose(told, expected, rtol=1e-5)
