"""Ctrl-C in fit: the finished batches are kept, and everything agrees with everything."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TIMES = int(os.environ.get("GLASSNET_KILLS", "10"))

# A real SIGINT from another thread, at a random moment; then the weights are compared with those of
# as many steps of train_on_batch.
CHILD = """
import os, random, shutil, signal, sys, tempfile, threading
import numpy as np
import engine
from engine.callbacks import BackupAndRestore, Callback, LambdaCallback, ModelCheckpoint

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
kind, times = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(0)
x = rng.normal(size=(203, 6)).astype(np.float32)
y = (x.sum(1) > 0).astype(np.float32)
folder = tempfile.mkdtemp()

def network():
    engine.utils.set_random_seed(4)
    layers = [engine.layers.Dense(17, "relu"), engine.layers.Dense(1, "sigmoid")]
    model = engine.Sequential([engine.Input((6,)), *layers])
    model.compile("adam", "binary_crossentropy")
    return model

class Busy(Callback):
    def on_train_batch_end(self, batch, logs=None):
        sum(range(2000))

CALLBACKS = {
    "none": lambda: [],
    "epochs": lambda: [LambdaCallback(on_epoch_end=lambda epoch, logs: sum(range(2000)))],
    "batches": lambda: [Busy()],
    "files": lambda: [ModelCheckpoint(folder + "/m.keras"), BackupAndRestore(folder + "/b")],
}
def state(model):
    slots = [s[: model.count_params()].tobytes() for s in model.optimizer.slots]
    return [w.tobytes() for w in model.get_weights()] + slots

model = network()
model.fit(x, y, batch_size=10, epochs=1, verbose=0, callbacks=CALLBACKS[kind]())  # kernels loaded
interrupted = 0
for number in range(times):
    model = network()
    press = threading.Timer(random.uniform(0.0, 0.25), os.kill, (os.getpid(), signal.SIGINT))
    try:
        press.start()
        # The way out of the block may hear it, too.
        model.fit(x, y, batch_size=10, epochs=10**5, verbose=0, callbacks=CALLBACKS[kind]())
        raise SystemExit("it was not interrupted")
    except KeyboardInterrupt:
        interrupted += 1
    press.join()
    steps = model.optimizer.iterations
    again = network()
    whole, rest = divmod(steps, 21)
    if whole:
        again.fit(x, y, batch_size=10, epochs=whole, verbose=0)
    if rest:
        def stop(batch, logs, rest=rest):
            again.stop_training = batch == rest - 1
        again.fit(x, y, batch_size=10, verbose=0,
                  callbacks=[LambdaCallback(on_train_batch_end=stop)])
    assert again.optimizer.iterations == steps
    if steps:
        assert state(again) == state(model), (kind, steps)
    history = getattr(model, "history", None)
    done = len(history.epoch) if history is not None else 0
    assert whole - 1 <= done <= whole, (done, whole)  # 1 less in the middle of its end
    if history is not None:
        assert all(len(values) == done for values in history.history.values())
    following = model.fit(x, y, batch_size=10, epochs=2, verbose=0)
    assert following.epoch == [0, 1] and model.optimizer.iterations == steps + 42
    shutil.rmtree(folder + "/b", ignore_errors=True)
print("interrupted", interrupted)
"""


@pytest.mark.parametrize("kind", ["none", "epochs", "batches", "files"])
def test_what_is_finished_is_kept(kind):
    run = subprocess.run(
        [sys.executable, "-c", CHILD, kind, str(TIMES)], capture_output=True, text=True, timeout=900
    )
    assert (run.returncode, run.stdout) == (0, f"interrupted {TIMES}\n"), run.stderr
