"""The estimators that scikit-learn's checks judge; ``python -m tests.wrappers.judged`` tells.

The checks hold a weight of 2 against a row that is there twice, to 1e-7.  MLPClassifier and
MLPRegressor have that property as they come.  Keras divides the loss by the number of rows, not by
the sum of the weights: then it takes batches of all rows and a step that does not feel a constant
factor of the loss, which Adam's is if its ε is negligible; and numbers of 64 bits to see it.
"""

import json
import sys
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import check_estimator

from engine.wrappers import (
    KerasClassifier,
    KerasRegressor,
    MLPClassifier,
    MLPRegressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)
from tests.wrappers.networks import from_data, from_meta, numbers_from_meta

TOLD = {"epochs": 150, "batch_size": -1, "verbose": 0, "random_state": 0}
KWARGS = {"fit_kwargs": {"epochs": 150, "batch_size": 1000, "verbose": 0}, "random_state": 0}
NUMBERS = {"model_kwargs": {"kind": "continuous"}, **KWARGS}

JUDGED = {
    "KerasClassifier": KerasClassifier(from_meta, **TOLD),
    "KerasClassifier with routed parameters": KerasClassifier(
        from_meta, model__units=12, dtype="float64", fit__validation_batch_size=7, **TOLD
    ),
    "KerasClassifier without a model": KerasClassifier(
        model__dtype="float64",
        optimizer="adam",
        optimizer__learning_rate=0.02,
        optimizer__epsilon=1e-30,
        **TOLD,
    ),
    "KerasRegressor": KerasRegressor(numbers_from_meta, **TOLD),
    "SKLearnClassifier": SKLearnClassifier(from_data, **KWARGS),
    "SKLearnRegressor": SKLearnRegressor(from_data, **NUMBERS),
    "SKLearnTransformer": SKLearnTransformer(from_data, **NUMBERS),
    "MLPClassifier": MLPClassifier(),
    "MLPClassifier with everything": MLPClassifier(
        (20, 10), ["tanh", "relu"], solver="sgd", learning_rate_init=0.05, class_weight="balanced"
    ),
    "MLPRegressor": MLPRegressor(),
}


def verdict(name):
    """{check: [status, why]} of the checks that did not pass, and how many passed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no check passes with a warning
        warnings.simplefilter("ignore", ConvergenceWarning)
        records = check_estimator(JUDGED[name], on_fail=None, on_skip=None)
    open_ = {
        r["check_name"]: [r["status"], str(r["exception"])[:300]]
        for r in records
        if r["status"] != "passed" or r["expected_to_fail"]
    }
    return open_, sum(r["status"] == "passed" for r in records)


if __name__ == "__main__":
    print(json.dumps({name: verdict(name) for name in sys.argv[1:] or JUDGED}))
