"""A user's script: `mypy --strict` must find these types, and nothing wrong before the line below.

Never called: `test_typed.py` has mypy read it beside the installed wheel.
"""

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import engine as keras
from engine import callbacks, optimizers
from engine.layers import Dense, Dropout, Layer
from engine.models import Model, Sequential, load_model
from engine.study import GradientCheck, gradient_check

Array = npt.NDArray[Any]


def right() -> None:
    """What users write."""
    keras.utils.set_random_seed(42)
    inputs = keras.Input((8,))
    hidden = Dense(8, activation=keras.activations.relu)(inputs)
    assert_type(hidden, keras.layers.tensor.KerasTensor)
    assert_type(Model(inputs, Dense(1)(Dropout(0.5)(hidden))), Model)
    model = keras.Sequential([keras.Input((8,)), Dense(1, "sigmoid")])
    assert_type(model, Sequential)
    assert_type(model.layers, list[Layer])
    rate = optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    model.compile(
        optimizers.SGD(rate), keras.losses.BinaryCrossentropy(), metrics=[keras.metrics.AUC()]
    )
    x, y = np.zeros((4, 8), "float32"), np.zeros(4, "float32")
    history = model.fit(x, y, epochs=2, callbacks=[callbacks.EarlyStopping("loss")], verbose=0)
    assert_type(history, callbacks.History)
    assert_type(model.predict(x), Array)
    assert_type(model(x), Array)
    assert_type(model.get_weights(), list[Array])
    assert_type(model.count_params(), int)
    assert_type(gradient_check(model, x, y), GradientCheck)
    assert_type(model.trace(x, y), keras.study.Trace)
    assert_type(load_model("model.keras"), Model)
    assert_type(keras.saving.load_model("model.keras"), Model)
    assert_type(keras.arithmetic().level, str)
    assert_type(keras.fit_many(model, x, y).weights, list[Array])
    assert_type(keras.initializers.HeNormal(seed=1)((2, 2)), Array)
    assert_type(keras.wrappers.KerasClassifier(model), keras.wrappers.KerasClassifier)
    assert_type(keras.random.normal((2,)), Array)
    assert_type(keras.config.floatx(), str)
    assert_type(keras.__version__, str)
    keras.pictures.plot_history(history)


def wrong(model: Sequential, x: Array, y: Array) -> None:
    """Refused, each by its line."""
    Dense("8")  # arg-type
    Dense(8, activations="relu")  # call-arg
    keras.layers.Conv2D(8)  # attr-defined
    keras.optimizers.Adam(learning_rate="fast")  # arg-type
    keras.utils.set_random_seed("42")  # arg-type
    model.fit(x, y, epochs="two")  # arg-type
    model.fit(x, y, epoch=2)  # call-arg
    keras.anything()  # attr-defined
    model.fitt(x, y)  # attr-defined
    model.count_params().shape()  # attr-defined
