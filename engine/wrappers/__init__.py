"""Models as scikit-learn estimators.

Keras: the package SciKeras, whose constructor and behaviour ``KerasClassifier`` follows.
"""

from __future__ import annotations

from engine.wrappers.cross_validation import cross_val_score
from engine.wrappers.keras_classifier import KerasClassifier

__all__ = ["KerasClassifier", "cross_val_score"]
