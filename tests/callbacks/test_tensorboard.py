"""TensorBoard: tags, steps and values that its own reader finds; the same as Keras writes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import engine
from engine.callbacks import CallbackList, TensorBoard

make_ndarray = pytest.importorskip("tensorboard.util.tensor_util").make_ndarray
reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)


def story(keras, folder, epochs=4, more=(), **arguments):
    keras.utils.set_random_seed(5)
    layers = [
        keras.layers.Dense(4, activation="relu", name="hidden"),
        keras.layers.Dense(1, name="out"),
    ]
    model = keras.Sequential([keras.Input((3,)), *layers], name="model")
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mse"])
    board = keras.callbacks.TensorBoard(str(folder), write_graph=False, **arguments)
    model.fit(
        X, X.sum(1), epochs=epochs, batch_size=8, verbose=0, callbacks=[board, *more],
        validation_data=(X[:20], X[:20].sum(1)),
    )  # fmt: skip
    model.evaluate(X[:9], X[:9].sum(1), batch_size=4, verbose=0, callbacks=[board])
    for writer in getattr(board, "_writers", {}).values():
        writer.flush()
    return model


def told(folder):
    """{(folder, tag): [(step, value)]} of all numbers; of histograms the limits and the counts."""
    found = {}
    for part in sorted(path for path in folder.iterdir() if path.is_dir()):
        for file in sorted(part.iterdir()):
            events = reader.EventAccumulator(str(file), {reader.TENSORS: 0})
            events.Reload()
            for tag in events.Tags()["tensors"]:
                kind = events.summary_metadata[tag].plugin_data.plugin_name
                for event in events.Tensors(tag):
                    value = make_ndarray(event.tensor_proto)
                    found.setdefault((part.name, kind, tag), []).append((event.step, value))
    return found


FREQUENCIES = ["epoch", "batch", 2, 5, 7]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_what_keras_writes(keras, frequency, tmp_path):
    story(engine, tmp_path / "ours", update_freq=frequency, histogram_freq=2)
    story(keras, tmp_path / "theirs", update_freq=frequency, histogram_freq=2)
    ours, theirs = told(tmp_path / "ours"), told(tmp_path / "theirs")
    assert sorted(ours) == sorted(theirs)
    for key, values in theirs.items():
        assert [step for step, _ in ours[key]] == [step for step, _ in values], key
        for (_, mine), (_, other) in zip(ours[key], values, strict=True):
            if key[1] == "scalars":
                assert mine.tobytes() == other.tobytes(), key
            else:
                np.testing.assert_allclose(mine, other, rtol=1e-6, err_msg=str(key))


def test_by_hand(tmp_path):
    model = story(engine, tmp_path)
    found = told(tmp_path)
    tags = {f"{folder}/{tag}" for folder, _, tag in found}
    assert tags == {
        "train/epoch_loss", "train/epoch_mse", "train/epoch_learning_rate",
        "validation/epoch_loss", "validation/epoch_mse",
        "validation/evaluation_loss_vs_iterations", "validation/evaluation_mse_vs_iterations",
    }  # fmt: skip
    losses = found["train", "scalars", "epoch_loss"]
    assert [step for step, _ in losses] == [0, 1, 2, 3]
    assert [float(value) for _, value in losses] == model.history.history["loss"]
    evaluated = found["validation", "scalars", "evaluation_loss_vs_iterations"]
    assert [step for step, _ in evaluated] == [5, 10, 15, 20, 20]


def test_steps_per_second(tmp_path):
    story(engine, tmp_path, update_freq="batch", write_steps_per_second=True)
    found = told(tmp_path)
    for tag, count in (("batch_steps_per_second", 20), ("epoch_steps_per_second", 4)):
        values = [float(value) for _, value in found["train", "scalars", tag]]
        assert len(values) == count and min(values) > 0


def test_an_epoch_costs_no_batches(tmp_path):
    assert not CallbackList([TensorBoard(tmp_path)]).needs_batches
    assert CallbackList([TensorBoard(tmp_path, update_freq=3)]).needs_batches


def test_without_tensorflow(tmp_path):
    """TensorFlow is not loaded, even where it is installed."""
    program = f"""
import sys
import numpy as np, engine
model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
model.compile("sgd", "mse")
board = engine.callbacks.TensorBoard({str(tmp_path)!r}, histogram_freq=1)
model.fit(np.ones((4, 2)), np.ones(4), verbose=0, callbacks=[board])
assert not any(name.split(".")[0] in ("tensorflow", "keras") for name in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_without_tensorboard(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(ImportError, match="Expected the package tensorboard"):
        story(engine, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"log_dir": 3}, TypeError, "log_dir=3"),
        ({"histogram_freq": -1}, ValueError, "histogram_freq=-1"),
        ({"write_images": True}, ValueError, "write_images=True"),
        ({"profile_batch": 2}, ValueError, "profile_batch=2"),
        ({"embeddings_freq": 1}, ValueError, "embeddings_freq=1"),
        ({"update_freq": "step"}, ValueError, "update_freq='step'"),
        ({"update_freq": 0}, ValueError, "update_freq=0"),
        ({"update_freq": 1.5}, TypeError, "update_freq=1.5"),
        ({"write_steps_per_second": 1}, TypeError, "write_steps_per_second=1"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=f"Expected .*{message}"):
        TensorBoard(**arguments)
