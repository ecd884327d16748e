"""SKLearnTransformer: a model's outputs as the features of the next step.

Keras: ``keras.wrappers.SKLearnTransformer`` of 3.15.1; names of the new features are added.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from engine.wrappers.sklearn_estimator import SKLearnEstimator

Array = npt.NDArray[Any]


class SKLearnTransformer(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    SKLearnEstimator,
):
    """A step of a pipeline that trains a model and hands its outputs on.

    Parameters
    ----------
    model, warm_start, model_kwargs, fit_kwargs, random_state
        As in :class:`SKLearnClassifier`; a model function gets the targets in columns.

    Attributes
    ----------
    model_, history_, loss_curve_, epoch_, n_features_in_, feature_names_in_
        As in :class:`SKLearnClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> import engine as keras
    >>> def squeeze(X, y):
    ...     model = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(y.shape[1])])
    ...     model.compile("adam", "mse")
    ...     return model
    >>> step = SKLearnTransformer(squeeze, fit_kwargs={"verbose": 0})
    >>> step.fit_transform(np.ones((4, 3)), np.ones((4, 2))).shape
    (4, 2)
    >>> step.get_feature_names_out().tolist()
    ['sklearntransformer0', 'sklearntransformer1']
    """

    @property
    def _n_features_out(self) -> int:
        return self.model_._output_units()

    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, **options: Any
    ) -> SKLearnTransformer:
        """Train for one epoch more, with a new model if there is none."""
        self._partial_fit(X, y, sample_weight, options)
        return self

    def transform(self, X: Any) -> Array:
        """The model's outputs."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags
