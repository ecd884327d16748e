"""Have Keras write penguins.keras, and what becomes of it, next to this file.

The file is a 4-10-3 network, trained for two epochs with AMSGrad, so that every kind of array
occurs; penguins.json holds rows, its predictions, and its weights after two more epochs.
Run it only to record anew: ``python tests/saving/recorded/record.py``.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

HERE = Path(__file__).parent
FIT = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}

if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    x = rng.normal(size=(24, 4)).astype("float32")
    y = np.eye(3, dtype="float32")[rng.integers(0, 3, 24)]
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(10, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    optimizer = keras.optimizers.Adam(0.01, amsgrad=True)
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    model.fit(x, y, **FIT)
    model.save(HERE / "penguins.keras")
    predictions = model.predict(x, verbose=0)
    model.fit(x, y, **FIT)
    recorded = {
        "x": x.tolist(),
        "y": y.tolist(),
        "predictions": predictions.tolist(),
        "weights after two more epochs": [w.tolist() for w in model.get_weights()],
    }
    (HERE / "penguins.json").write_text(json.dumps(recorded) + "\n")
