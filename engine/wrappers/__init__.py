"""Models as scikit-learn estimators.

| class | comes from |
|---|---|
| ``KerasClassifier``, ``KerasRegressor`` | SciKeras |
| ``SKLearnClassifier``, ``SKLearnRegressor``, ``SKLearnTransformer`` | Keras's own wrappers |
| ``MLPClassifier``, ``MLPRegressor`` | scikit-learn's networks |

docs/scikit-learn.md compares each with its model.
"""

from __future__ import annotations

from engine.wrappers import installed
from engine.wrappers.cross_validation import cross_val_score
from engine.wrappers.keras_classifier import KerasClassifier
from engine.wrappers.keras_regressor import KerasRegressor

__all__ = ["KerasClassifier", "KerasRegressor", "cross_val_score"]

del installed
