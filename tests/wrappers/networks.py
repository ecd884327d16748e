"""Model functions for the estimators, and what scikit-learn's checks say about an estimator."""

from collections import Counter

from sklearn.utils.estimator_checks import check_estimator

import engine as keras

ENDS = {
    "binary": ("sigmoid", "binary_crossentropy"),
    "multilabel-indicator": ("sigmoid", "binary_crossentropy"),
    "multiclass": ("softmax", "sparse_categorical_crossentropy"),
    "multiclass-onehot": ("softmax", "categorical_crossentropy"),
    "continuous": (None, "mse"),
}


def network(kind, inputs, outputs, units=16, dtype="float64", rate=0.02, epsilon=1e-30):
    """Full batches of Adam with a negligible ε do not feel a constant factor of the loss."""
    activation, loss = ENDS[kind]
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(units, "tanh", dtype=dtype),
            keras.layers.Dense(outputs, activation, dtype=dtype),
        ]
    )
    model.compile(keras.optimizers.Adam(rate, epsilon=epsilon), loss)
    return model


def from_meta(meta, units=16, dtype="float64"):
    """As SciKeras's users write them."""
    kind = meta["target_type_"]
    outputs = meta["n_outputs_"] if kind == "continuous" else meta["n_classes_"]
    inputs = meta["n_features_in_"]
    return network(kind, inputs, 1 if kind == "binary" else outputs, units, dtype)


def from_data(X, y, kind=None, units=16, dtype="float64"):
    """As users of Keras's own wrappers write them."""
    if kind is None:
        kind = "multiclass-onehot" if (y.sum(axis=1) == 1).all() else "multilabel-indicator"
    return network(kind, X.shape[1], y.shape[1], units, dtype)


def failures(estimator):
    """The checks of scikit-learn that `estimator` does not pass, and how many it passes."""
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert not any(r["expected_to_fail"] for r in results)
    bad = {
        f"{r['check_name']} {r['status']}": str(r["exception"])
        for r in results
        if r["status"] != "passed"
    }
    return bad, Counter(r["status"] for r in results)
