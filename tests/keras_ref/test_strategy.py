"""A model handed to Keras within a strategy is trained by several devices, and comes back.

Processors cannot be divided into devices once TensorFlow runs: a process of its own does it.
"""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.keras

CODE = """
import numpy as np
import engine
from keras_ref.convert import from_keras, to_keras
from keras_ref.quiet import import_keras

keras = import_keras()
import tensorflow as tf

device = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
draw = np.random.default_rng(0)
x = draw.normal(size=(256, 6)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
engine.utils.set_random_seed(1)
model = engine.Sequential(
    [engine.Input((6,)), engine.layers.Dense(16, "relu"), engine.layers.Dense(1, "sigmoid")]
)
model.compile(engine.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
fit = {"epochs": 2, "batch_size": 32, "verbose": 0, "shuffle": False}
model.fit(x, y, **fit)
with strategy.scope():
    large = to_keras(model)
copies = large.layers[0].kernel.value.values
assert [v.device[-5:] for v in copies] == ["CPU:0", "CPU:1"], [v.device for v in copies]
assert int(large.optimizer.iterations.numpy()) == 16
theirs, ours = large.fit(x, y, **fit).history, model.fit(x, y, **fit).history
back = from_keras(large)
assert back.optimizer.iterations == model.optimizer.iterations == 32
np.testing.assert_allclose(theirs["loss"], ours["loss"], rtol=0, atol=1e-6)
moved = [np.abs(a - b).max() for a, b in zip(back.get_weights(), model.get_weights())]
assert max(moved) < 1e-5, moved
back.fit(x, y, **fit)
print("trained by", strategy.num_replicas_in_sync)
"""


@pytest.mark.slow
def test_two_devices(keras):
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "trained by 2"
