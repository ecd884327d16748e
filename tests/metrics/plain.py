"""Metrics in plain NumPy and float64, from their definitions; the engine is not imported."""

import numpy as np


def confusion(y, p, threshold, w=None):
    """TP, FP, TN, FN above one threshold."""
    w = np.ones(len(y)) if w is None else w
    weights = np.broadcast_to(np.asarray(w, "float64")[:, None], y.shape)
    yes, said = np.asarray(y) != 0, np.asarray(p) > threshold
    cells = yes & said, ~yes & said, ~yes & ~said, yes & ~said
    return [float(weights[cell].sum()) for cell in cells]


def ratio(a, b):
    return a / b if b else 0.0


def precision(y, p, threshold=0.5, w=None):
    tp, fp, _, _ = confusion(y, p, threshold, w)
    return ratio(tp, tp + fp)


def recall(y, p, threshold=0.5, w=None):
    tp, _, _, fn = confusion(y, p, threshold, w)
    return ratio(tp, tp + fn)


def roc_area(y, p, w=None):
    """The exact area: how often a yes stands before a no, ties half, by the weights of the pair."""
    w = np.ones(len(y)) if w is None else w
    yes, no = (y != 0).ravel(), (y == 0).ravel()
    a, b = p.ravel()[yes, None], p.ravel()[None, no]
    pairs = w[yes, None] * w[None, no]
    return float((((a > b) + 0.5 * (a == b)) * pairs).sum() / pairs.sum())


def trapezoids(x, y):
    return float(sum((x[i] - x[i + 1]) * (y[i] + y[i + 1]) / 2 for i in range(len(x) - 1)))


def roc_by_thresholds(y, p, thresholds, w=None):
    points = []
    for t in thresholds:
        tp, fp, tn, fn = confusion(y, p, t, w)
        points.append((ratio(fp, fp + tn), ratio(tp, tp + fn)))
    x, height = zip(*points, strict=True)
    return trapezoids(x, height)


def pr_by_small_steps(y, p, thresholds, steps=20_000):
    """Davis & Goadrich: between two thresholds FP grows in proportion with TP; in small steps."""
    counts = [confusion(y, p, t) for t in thresholds]
    total = counts[0][0] + counts[0][3]
    area = 0.0
    for (tp_a, fp_a, *_), (tp_b, fp_b, *_) in zip(counts, counts[1:], strict=False):
        if tp_a == tp_b:
            continue
        share = (np.arange(steps) + 0.5) / steps
        tp, fp = tp_b + share * (tp_a - tp_b), fp_b + share * (fp_a - fp_b)
        area += float(np.mean(tp / (tp + fp)) * (tp_a - tp_b))
    return area / total


def f_beta(y, p, beta, threshold, average, w=None):
    w = np.ones(len(y)) if w is None else w
    if threshold is None:
        said = (p == p.max(axis=1, keepdims=True)) & (np.abs(p) > 1e-9)
    else:
        said = p > threshold
    w = np.asarray(w, "float64")[:, None]
    tp, fp, fn = ((w * v).sum(axis=0) for v in (said * y, said * (1 - y), (1 - said) * y))
    if average == "micro":
        tp, fp, fn = (np.atleast_1d(v.sum()) for v in (tp, fp, fn))
    score = (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)
    score = np.nan_to_num(score)
    if average is None:
        return score
    if average == "weighted":
        shares = (w * y).sum(axis=0)
        return float((score * shares).sum() / shares.sum())
    return float(score.mean())


def r2(y, p, w=None):
    w = np.ones(len(y)) if w is None else w
    w = np.asarray(w, "float64")[:, None]
    mean = (w * y).sum(axis=0) / w.sum()
    return 1 - (w * (y - p) ** 2).sum(axis=0) / (w * (y - mean) ** 2).sum(axis=0)


def top_k(y, p, k):
    """y are class numbers."""
    largest = np.argsort(-p, axis=1, kind="stable")[:, :k]
    return float((largest == np.reshape(y, (-1, 1))).any(axis=1).mean())
