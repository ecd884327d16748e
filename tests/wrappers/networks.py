"""Model functions for the estimators."""

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
    """A classifier's network, as SciKeras's users write them."""
    outputs = 1 if meta["target_type_"] == "binary" else meta["n_classes_"]
    return network(meta["target_type_"], meta["n_features_in_"], outputs, units, dtype)


def numbers_from_meta(meta, units=16, dtype="float64"):
    """A regressor's."""
    return network("continuous", meta["n_features_in_"], meta["n_outputs_"], units, dtype)


def from_data(X, y, kind=None, units=16, dtype="float64"):
    """As users of Keras's own wrappers write them."""
    if kind is None:
        kind = "multiclass-onehot" if (y.sum(axis=1) == 1).all() else "multilabel-indicator"
    return network(kind, X.shape[1], y.shape[1], units, dtype)
