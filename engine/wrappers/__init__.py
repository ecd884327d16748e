"""Models as scikit-learn estimators.

| class | comes from |
|---|---|
| ``KerasClassifier``, ``KerasRegressor`` | SciKeras |
| ``SKLearnClassifier``, ``SKLearnRegressor``, ``SKLearnTransformer`` | Keras's own wrappers |
| ``MLPClassifier``, ``MLPRegressor`` | scikit-learn's networks |

docs/scikit-learn.md compares each with its model.
"""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("sklearn") is None:
    raise ImportError(
        "Expected scikit-learn for engine.wrappers: pip install '.[data]' in Glassnet's folder"
    )

from engine.models.lasting import lasting
from engine.wrappers.cross_validation import cross_val_score
from engine.wrappers.keras_classifier import KerasClassifier
from engine.wrappers.keras_regressor import KerasRegressor
from engine.wrappers.mlp_classifier import MLPClassifier
from engine.wrappers.mlp_regressor import MLPRegressor
from engine.wrappers.sklearn_classifier import SKLearnClassifier
from engine.wrappers.sklearn_regressor import SKLearnRegressor
from engine.wrappers.sklearn_transformer import SKLearnTransformer

__all__ = [
    "KerasClassifier",
    "KerasRegressor",
    "MLPClassifier",
    "MLPRegressor",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
    "cross_val_score",
    "lasting",
]
