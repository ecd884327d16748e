"""A SYNTHETIC stand-in for `sherlock_2apps`: the size and the difficulty, none of the rows.

The real rows may not be redistributed. What the tutorial shows with them is that a straight line
does not suffice: a logistic regression reaches 0.85, a decision tree of depth 3 reaches 0.99. The
stand-in is a mixture of normal clouds in which that is so:

    state              app       share  cutime      num_threads  otherPrivateDirty  priority
    Facebook in front  Facebook  79 %   1.2 ± 0.8    2.4 ± 0.6    2.2 ± 0.7         −0.2 ± 0.9
    Facebook at rest   Facebook  21 %  −0.3 ± 0.6   −2.7 ± 0.5   −1.0 ± 0.5          0.1 ± 0.9
    WhatsApp in front  WhatsApp  60 %  −0.3 ± 0.6   −0.1 ± 0.35  −0.2 ± 0.5          0.4 ± 0.9
    WhatsApp at rest   WhatsApp  40 %  −0.5 ± 0.6   −0.4 ± 0.35  −0.6 ± 0.5          0.0 ± 0.9

WhatsApp lies between the two states of Facebook along num_threads: two cuts find it, no single
line does. 0.9 % of the rows of each app carry the measurements of the other, which is the ceiling
of any model. The names of the columns and apps are the course's, the numbers are invented; they
are not a statement about these apps.
"""

from __future__ import annotations

import numpy as np

COLUMNS = ("cutime", "num_threads", "otherPrivateDirty", "priority")
MEAN = np.array(
    [
        [1.2, 2.4, 2.2, -0.2],
        [-0.3, -2.7, -1.0, 0.1],
        [-0.3, -0.1, -0.2, 0.4],
        [-0.5, -0.4, -0.6, 0.0],
    ]
)
SPREAD = np.array(
    [[0.8, 0.6, 0.7, 0.9], [0.6, 0.5, 0.5, 0.9], [0.6, 0.35, 0.5, 0.9], [0.6, 0.35, 0.5, 0.9]]
)
IN_FRONT = np.array([0.79, 0.60])  # share of each app's rows in its first state
STRANGERS = 0.009  # share of rows that look like the other app
SEED = 2016


def standin(counts: tuple[int, int], seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Return `x` (rows, 4) float64 and `label` (rows,) int64 with exactly `counts` of 0 and 1.

    The columns are standardised over all rows, as the course's file is. The rows are shuffled.
    612,114 rows take about 0.2 s.
    """
    rng = np.random.default_rng(seed)
    rows = sum(counts)
    label = np.repeat(np.array([0, 1], dtype=np.int64), counts)
    looks_like = label ^ (rng.random(rows) < STRANGERS)
    state = 2 * looks_like + (rng.random(rows) >= IN_FRONT[looks_like])
    x = MEAN[state] + SPREAD[state] * rng.standard_normal((rows, len(COLUMNS)))
    order = rng.permutation(rows)
    x, label = x[order], label[order]
    return (x - x.mean(axis=0)) / x.std(axis=0), label
