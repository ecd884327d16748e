"""The tensors of the kernel's last batch, beside the plain step on the same batch."""

import numpy as np
import pytest

import engine
from engine.random import epoch_order
from engine.study import batch, step
from tests.tolerances import assert_close, assert_same_bits


def made(last="sigmoid", loss="binary_crossentropy", metrics=("accuracy",), use_bias=True):
    engine.utils.set_random_seed(3)
    model = engine.Sequential(
        [
            engine.Input((4,)),
            engine.layers.Dense(5, "relu", use_bias=use_bias),
            engine.layers.Dense(3, "tanh", use_bias=use_bias),
            engine.layers.Dense(1, last, use_bias=use_bias),
        ]
    )
    model.compile(engine.optimizers.Adam(0.01), loss, metrics=list(metrics))
    return model


def data(rows):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(rows, 4)).astype("f4")
    weights = rng.uniform(0.5, 2, rows).astype("f4")
    return x, (x[:, :1] > 0).astype("f4"), weights


def watched(model, weights=None, validation=None, rows=13):
    """The tensors after each batch of 5 in two epochs, and the weights before it."""
    seen, before = [], [model.get_weights()]

    def look(number, logs):
        seen.append(batch(model))
        before.append(model.get_weights())

    x, y, _ = data(rows)
    callback = engine.callbacks.LambdaCallback(on_train_batch_end=look)
    model.fit(
        x, y, batch_size=5, epochs=2, verbose=0, callbacks=[callback],
        sample_weight=weights, validation_data=validation,
    )  # fmt: skip
    return seen, before


@pytest.mark.parametrize("validation", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"use_bias": False},
        {"last": None, "loss": "mse", "metrics": ()},
        {"loss": "mse", "metrics": ()},
        {"metrics": ()},
    ],
    ids=str,
)
def test_beside_the_plain_step(form, weighted, validation):
    model = made(**form)
    x, y, weights = data(13)
    chosen = weights if weighted else None
    seen, before = watched(model, chosen, (x[:7], y[:7]) if validation else None)
    order = epoch_order(13, 3)
    assert [len(told["x"]) for told in seen] == [5, 5, 3, 5, 5, 3]
    for number, told in enumerate(seen):
        rows = order[number % 3 * 5 : number % 3 * 5 + 5]
        assert_same_bits(told["x"], x[rows])
        assert_same_bits(told["y"], y[rows])
        twin = made(**form)
        twin.set_weights(before[number])
        plain = step(twin, x[rows], y[rows], weights[rows] if weighted else None)
        assert ("w" in told) == weighted
        assert_close(np.asarray(told["loss"]), np.float32(plain.loss), "loss")
        for layer, expected in enumerate(plain.layers, start=1):
            if layer < 3:
                assert_close(told[f"a{layer}"], expected.a, "step")
            assert_close(told[f"dz{layer}"], expected.dz, "gradient")
            assert_close(told[f"dW{layer}"], expected.d_kernel, "gradient")
            if form.get("use_bias", True):
                assert_close(told[f"db{layer}"], expected.d_bias, "gradient")
            assert (f"db{layer}" in told) == form.get("use_bias", True)
        last = plain.layers[-1]
        on_z = form.get("last", "") is None or form.get("loss") != "mse"
        assert ("z3" in told) == on_z
        assert ("a3" in told) == (
            form.get("last", "") is not None and (not on_z or "metrics" not in form)
        )
        if on_z:
            assert_close(told["z3"], last.z, "step")
        if "a3" in told:
            assert_close(told["a3"], last.a, "step")


def test_the_order_of_the_computation():
    seen, _ = watched(made())
    assert list(seen[0]) == [
        "x", "y", "a1", "a2", "z3", "a3", "loss",
        "dz3", "dW3", "db3", "dz2", "dW2", "db2", "dz1", "dW1", "db1",
    ]  # fmt: skip


def test_copies():
    model = made()
    seen, _ = watched(model)
    assert not np.array_equal(seen[0]["dW1"], seen[1]["dW1"])
    seen[-1]["dW1"][:] = 7
    assert not (model._program().gradients == 7).any()


def test_only_during_a_fit():
    model = made()
    with pytest.raises(ValueError, match="Expected a fit in progress .* Received: model"):
        batch(model)
    watched(model)
    with pytest.raises(ValueError, match="Expected a fit in progress"):
        batch(model)


def test_not_before_the_first_batch():
    model, found = made(), []

    def early(number, logs):
        with pytest.raises(ValueError, match="has done a batch"):
            batch(model)
        found.append(number)

    x, y, _ = data(5)
    callback = engine.callbacks.LambdaCallback(on_epoch_begin=early)
    model.fit(x, y, epochs=1, verbose=0, callbacks=[callback])
    assert found == [0]


def test_a_larger_batch_in_between(rng):
    """Evaluating a larger batch lays the buffers out anew; the fit goes on in the new places."""
    x, y = rng.normal(size=(40, 3)), rng.integers(0, 2, (40, 1))

    def seen(disturb):
        engine.utils.set_random_seed(1)
        model = engine.Sequential(
            [engine.Input((3,)), engine.layers.Dense(4, "relu"), engine.layers.Dense(1, "sigmoid")]
        )
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        told = []

        def look(step, logs):
            told.append(batch(model))
            if disturb and step == 1:
                model.evaluate(x, y, batch_size=40, verbose=0)

        watch = engine.callbacks.LambdaCallback(on_train_batch_end=look)
        model.fit(x, y, batch_size=8, verbose=0, callbacks=[watch])
        return told

    for plain, disturbed in zip(seen(False), seen(True), strict=True):
        assert plain.keys() == disturbed.keys()
        for name in plain:
            assert (plain[name] == disturbed[name]).all(), name
