"""cross_val_score: the networks of all folds trained at once.

scikit-learn: ``sklearn.model_selection.cross_val_score``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import model_selection
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, indexable

from engine.checks.shown import shown
from engine.models.fit_many import fit_many
from engine.models.spreading import lasting_data
from engine.wrappers.keras_estimator import KerasEstimator


def cross_val_score(
    estimator: Any, X: Any, y: Any, *, groups: Any = None, scoring: Any = None, cv: Any = None
) -> npt.NDArray[np.float64]:
    """The scores of the folds of a cross-validation, as scikit-learn's function gives them.

    The networks of all folds are trained in one compiled call (:func:`engine.fit_many`), or over
    joblib's workers if there are any; the bits are those of training them one after the other.
    Estimators with callbacks, a validation split or a warm start are fitted one after the other:
    by workers only if they have a ``random_state``, since without one each fold goes on with the
    generators as the fold before has left them.

    Parameters
    ----------
    estimator
        A :class:`KerasClassifier` or :class:`KerasRegressor`, or a pipeline that ends with one.
    X, y, groups, scoring, cv
        As in scikit-learn.

    Returns
    -------
    array of shape (folds,)

    Raises
    ------
    TypeError
        If the estimator does not end with one of these.
    """
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(last, KerasEstimator):
        raise TypeError(
            "Expected a KerasClassifier or KerasRegressor, or a pipeline that ends with one. "
            f"Received: estimator={shown(estimator)}"
        )
    X, y, groups = indexable(X, y, groups)
    splits = list(check_cv(cv, y, classifier=is_classifier(estimator)).split(X, y, groups))
    at_once = last.fits_at_once
    if not at_once and last.random_state is not None:
        with lasting_data():
            found = model_selection.cross_val_score(
                estimator, X, y, groups=groups, scoring=scoring, cv=splits, error_score="raise"
            )
        return np.asarray(found)
    scorer = check_scoring(estimator, scoring)
    fitted = [clone(estimator) for _ in splits]
    trained, rows = [], []
    for one, (train, _) in zip(fitted, splits, strict=True):
        features, targets = _safe_indexing(X, train), _safe_indexing(y, train)
        if not at_once:
            one.fit(features, targets)
            continue
        final = one
        if isinstance(one, Pipeline):
            if len(one.steps) > 1:
                features = one[:-1].fit_transform(features, targets)
            final = one.steps[-1][1]
        rows.append(final.prepare(features, targets))
        trained.append(final)
    if at_once:
        seeds = [final.seed_ for final in trained]
        weights = [own for _, _, own in rows]
        fit_many(
            [final.model_ for final in trained],
            [features for features, _, _ in rows],
            [targets for _, targets, _ in rows],
            seeds=None if seeds[0] is None else seeds,
            sample_weight=None if weights[0] is None else weights,
            **last.fit_settings,
        )
        for final in trained:
            final.history_ = final.model_.history.history
    scores = [
        scorer(one, _safe_indexing(X, test), _safe_indexing(y, test))
        for one, (_, test) in zip(fitted, splits, strict=True)
    ]
    return np.array(scores)
