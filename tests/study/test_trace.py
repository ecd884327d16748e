"""A trace has the numbers of the compiled kernels, to the bit, and leaves the model as it is."""

import numpy as np
import pytest

import engine
from engine.kernels import losses
from engine.study import arithmetic, batch, orders, tracing
from tests.study.examples import PUBLISHED_LOSS, PUBLISHED_OUTPUTS, published_network
from tests.study.random_nets import draw
from tests.tolerances import assert_same_bits

BY_LETTER = {"a": "a", "z": "z", "dz": "dz", "dW": "dkernel", "db": "dbias"}


def twin_of(model):
    twin = type(model).from_config(model.get_config())
    twin.compile_from_config(model.get_compile_config())
    twin.set_weights(model.get_weights())
    return twin


def of_the_kernel(model, x, y, weights):
    """The tensors of one batch, as the kernel left them; a twin is trained."""
    twin, seen = twin_of(model), []
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(batch(twin))
    )
    twin.fit(
        x, y, batch_size=len(x), shuffle=False, sample_weight=weights, verbose=0, callbacks=[look]
    )
    return seen[0]


def assert_like_the_kernel(told, model, x, y, weights, words):
    expected = of_the_kernel(model, x, y, weights)
    assert_same_bits(np.float32(told.loss), expected["loss"], words)
    compared = 0
    for name, values in expected.items():
        letters, number = name.rstrip("0123456789"), name.lstrip("adWzbloswxy")
        if letters in BY_LETTER:
            layer = told.layers[int(number) - 1]
            assert_same_bits(getattr(layer, BY_LETTER[letters]), values, f"{words}: {name}")
            compared += 1
    assert compared >= 3 * len(told.layers)


@pytest.mark.parametrize("seed", range(72))
def test_any_network(seed):
    """Two steps, so that the optimizer has something to remember."""
    model, x, y, weights, words = draw(seed)
    assert_like_the_kernel(model.trace(x, y, weights), model, x, y, weights, words)
    for _ in range(2):
        told = model.trace(x, y, weights)
        model.train_on_batch(x, y, weights)
        for traced, weight in zip(told.weights, model.weights, strict=True):
            assert_same_bits(traced.new, weight.numpy(), words)
            assert_same_bits(traced.value + traced.update, traced.new)
        for weight, slot, values in model.optimizer.slot_views():
            traced = next(w for w in told.weights if w.name == weight.path)
            assert_same_bits(traced.slots_after[slot], values.copy(), words)


def test_large_layers():
    """Sums in blocks, and the tiles of layers that a team shares."""
    engine.utils.set_random_seed(1)
    model = engine.Sequential(
        [engine.Input((800,)), engine.layers.Dense(70, "relu"), engine.layers.Dense(10, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    draw_ = np.random.default_rng(1)
    x, y = draw_.normal(size=(400, 800)), draw_.integers(0, 10, 400)
    assert_like_the_kernel(model.trace(x, y), model, x, y, None, "800-70-10")


def one_ulp_more(values):
    return np.nextafter(values, np.inf, dtype=values.dtype)


WRONG = {
    "another order": (orders, "in_sequence", lambda x, w, blocked: x @ w),
    "an exponential of NumPy's": (arithmetic, "fused_logistic", arithmetic.sigmoid),
    "a loss by its formula": (
        arithmetic, "reduced",
        lambda v, by: np.float32(np.mean(v.astype("float64"))) * np.float32(1.0001),
    ),
    "an ulp": (orders, "gradient_of_bias", lambda dz: one_ulp_more(orders.one_by_one(dz))),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_comparison_can_fail(name, monkeypatch):
    room, function, wrong = WRONG[name]
    engine.utils.set_random_seed(2)
    model = engine.Sequential(
        [engine.Input((30,)), engine.layers.Dense(9, "sigmoid"), engine.layers.Dense(2, "softmax")]
    )
    model.compile("sgd", "categorical_crossentropy")
    draw_ = np.random.default_rng(1)
    x, y = draw_.normal(size=(37, 30)), np.eye(2)[draw_.integers(0, 2, 37)]
    assert_like_the_kernel(model.trace(x, y), model, x, y, None, "")
    if name == "an exponential of NumPy's":
        monkeypatch.setitem(arithmetic.BEHIND_A_BIAS, "sigmoid", wrong)
    else:
        monkeypatch.setattr(room, function, wrong)
    with pytest.raises(AssertionError):
        assert_like_the_kernel(model.trace(x, y), model, x, y, None, "")


def state(model):
    optimizer = model.optimizer
    return (
        [w.numpy() for w in model.weights],
        [v.value for v in optimizer.variables],
        optimizer.iterations,
        optimizer.built,
        dict(model._first_shapes),
    )


def same(a, b):
    return all(
        np.array_equal(np.asarray(u, object), np.asarray(v, object))
        if not isinstance(u, list)
        else all(np.array_equal(p, q) for p, q in zip(u, v, strict=True))
        for u, v in zip(a, b, strict=True)
    )


def test_the_model_stays_as_it_is():
    for steps in (0, 3):
        model, x, y, weights, _ = draw(4)
        for _ in range(steps):
            model.train_on_batch(x, y, weights)
        before = state(model)
        first, second = (model.trace(x, y, weights) for _ in range(2))
        assert same(state(model), before)
        assert first.loss == second.loss and first.step == steps + 1


def test_taking_the_step():
    model, x, y, weights, _ = draw(4)
    twin = twin_of(model)
    told = model.trace(x, y, weights, apply=True)
    twin.train_on_batch(x, y, weights)
    for weight, expected, traced in zip(model.weights, twin.weights, told.weights, strict=True):
        assert_same_bits(weight.numpy(), expected.numpy())
        assert_same_bits(weight.numpy(), traced.new)
    assert model.optimizer.iterations == 1


def test_published_numbers():
    model, x, y = published_network()
    told = model.trace(x, y)
    assert np.abs(told.layers[-1].a[0] - PUBLISHED_OUTPUTS).max() < 1e-7
    assert abs(told.loss - PUBLISHED_LOSS) < 1e-7


def test_what_the_loss_reads():
    """Behind a sigmoid a crossentropy works on z, and there is no da; squares work on a."""
    for loss, reads in (("binary_crossentropy", "z"), ("mse", "a")):
        model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, "sigmoid")])
        model.compile("sgd", loss)
        told = model.trace(np.ones((3, 2)), np.ones((3, 1)))
        assert told.loss_on == reads
        assert (told.layers[-1].da is None) == (reads == "z")
        form = {"z": losses.BINARY_LOGITS, "a": losses.SQUARED}[reads]
        assert told.loss_form == form
        assert_same_bits(told.share, np.full((3, 1), 1 / 3, "float32"))


def test_denormal_numbers_are_nothing():
    """As in a kernel: and afterwards NumPy has them again."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    model.set_weights([np.full((1, 1), 1e-20)])
    told = model.trace(np.full((1, 1), 1e-20), np.zeros((1, 1)))
    assert told.layers[0].z[0, 0] == 0
    assert np.float32(1e-20) * np.float32(1e-20) > 0


def unbuilt():
    model = engine.Sequential([engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def uncompiled():
    return engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])


def small():
    model = uncompiled()
    model.compile("sgd", "mse")
    return model


X, Y = np.ones((3, 2)), np.ones((3, 1))
MISTAKES = {
    "not built": (unbuilt, (X, Y), "Expected a built model"),
    "not compiled": (uncompiled, (X, Y), "Expected a compiled model"),
    "too few features": (small, (X[:, :1], Y), r"x of shape \(rows, 2\)"),
    "too few labels": (small, (X, Y[:2]), "a label for each of 3 rows"),
    "NaN": (small, (X * np.nan, Y), r"x\[0, 0\] = nan"),
    "no weights": (small, (X, Y, np.ones(2)), "sample_weight"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    make, arguments, words = MISTAKES[name]
    with pytest.raises(ValueError, match=words):
        make().trace(*arguments)


def test_an_optimizer_of_another_model():
    model, other = small(), small()
    other.train_on_batch(X, Y)
    model.optimizer = other.optimizer
    with pytest.raises(ValueError, match="Expected an optimizer that is new"):
        tracing.trace(model, X, Y)
