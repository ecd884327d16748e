"""What all classifiers do with the outputs of a trained network.

scikit-learn: ``predict``, ``predict_proba``, ``predict_log_proba`` and ``decision_function`` of
its glossary.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin

from engine.wrappers.class_targets import ClassTargets
from engine.wrappers.outputs import log_odds, probabilities

Array = npt.NDArray[Any]


class Classifying(ClassifierMixin):  # type: ignore[misc]
    """The part of an estimator that tells classes."""

    model_: Any
    _targets: ClassTargets
    _outputs: Any
    """The method that gives the network's outputs for rows of features."""

    def predict_proba(self, X: Any, **options: Any) -> Array:
        """The probability of each class, shape ``(rows, classes)``; `options` as in predict."""
        return probabilities(self._outputs(X, **options), self.model_)

    def predict_log_proba(self, X: Any, **options: Any) -> Array:
        """The logarithms of :meth:`predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X, **options)))

    def decision_function(self, X: Any, **options: Any) -> Array:
        """The log-odds of each class; for two classes of the second, shape ``(rows,)``."""
        p = self.predict_proba(X, **options)
        return log_odds(p[:, 1] if self._targets.kind == "binary" else p)

    def predict(self, X: Any, **options: Any) -> Array:
        """The class of each row; `options` go to the model's ``predict``."""
        p = self.predict_proba(X, **options)
        return self._targets.labels(p)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
