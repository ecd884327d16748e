"""The two scikit-learn models that tutorial sherlock-neuron compares the neuron with.

One neuron with a sigmoid *is* a logistic regression; the tree shows what a straight line misses.
Published on the tutorial's rows: 0.8496 and 0.9897.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datasets import Split


@dataclass(frozen=True)
class Classical:
    """One scikit-learn model on the validation rows."""

    name: str
    published: str
    accuracy: float
    true: np.ndarray
    predicted: np.ndarray
    classes: tuple[str, ...]
    data: str


def train_classical(split: Split, seed: int) -> list[Classical]:
    """Train the logistic regression and the decision tree on `split`."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    models = (
        ("logistic regression", "0.8496", LogisticRegression()),
        (
            "decision tree",
            "0.9897",
            DecisionTreeClassifier(
                criterion="entropy", max_depth=3, min_samples_split=8, random_state=seed
            ),
        ),
    )
    x_train, y_train, x_test, y_test = split.arrays("float64")
    true = y_test.astype(np.int64)
    results = []
    for name, published, model in models:
        predicted = model.fit(x_train, y_train).predict(x_test).astype(np.int64)
        accuracy = float(np.mean(predicted == true))
        results.append(
            Classical(name, published, accuracy, true, predicted, split.classes, split.name)
        )
    return results
