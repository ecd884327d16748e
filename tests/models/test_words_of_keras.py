"""Ways of writing that Keras takes: no epochs, no trained weight, a model not built, draws."""

import numpy as np
import pytest

import engine

X = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")


def network(k, *, dropout=False, built=True, frozen=False):
    k.utils.set_random_seed(7)
    layers = [k.layers.Dense(6, "relu"), k.layers.Dense(1, "sigmoid")]
    if dropout:
        layers.insert(1, k.layers.Dropout(0.4))
    model = k.Sequential([k.Input((4,)), *layers] if built else layers)
    model.trainable = not frozen
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def same_weights(ours, theirs):
    pairs = zip(ours.get_weights(), theirs.get_weights(), strict=True)
    return all(np.array_equal(a, np.asarray(b)) for a, b in pairs)


def test_no_epochs():
    """Callbacks hear that the fit begins and ends; nothing is trained, the model is built."""
    heard = []
    told = engine.callbacks.LambdaCallback(
        on_train_begin=lambda logs: heard.append(logs), on_train_end=lambda logs: heard.append(logs)
    )
    model = network(engine, built=False)
    history = model.fit(X, Y, epochs=0, validation_data=(X, Y), verbose=0, callbacks=[told])
    assert (history.history, history.epoch, heard) == ({}, [], [{}, {}])
    assert same_weights(model, network(engine)) and model.optimizer.iterations == 0
    with pytest.raises(ValueError, match="epochs to be a whole number ≥ 0. Received: epochs=-1"):
        model.fit(X, Y, epochs=-1)


FITS = {
    "plain": {},
    "validation": {"validation_split": 0.2},
    "weights": {"sample_weight": np.linspace(0, 2, 70)},
}


@pytest.mark.keras
@pytest.mark.parametrize("options", FITS.values(), ids=FITS)
@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("by_batch", [False, True])
def test_all_layers_frozen(options, dropout, by_batch):
    """Nothing is trained, and no step counted; loss and metrics are Keras's."""
    import keras

    told = []
    for k in (engine, keras):
        model = network(k, dropout=dropout, frozen=True)
        if by_batch:
            hears = k.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
            options = {**options, "callbacks": [hears]}
        with pytest.warns(UserWarning, match="weight"):
            history = model.fit(X, Y, epochs=3, batch_size=16, verbose=0, **options).history
        with pytest.warns(UserWarning, match="weight"):
            batch = [float(v) for v in model.train_on_batch(X[:10], Y[:10])]
        told.append((history, batch, int(np.asarray(model.optimizer.iterations))))
        assert same_weights(model, network(k))
    assert told[0] == told[1] and told[0][2] == 0


def test_a_frozen_network_that_overflows():
    model = network(engine, frozen=True)
    model.set_weights([w * 1e30 for w in model.get_weights()])
    with (
        pytest.warns(UserWarning, match="frozen|trainable=False"),
        pytest.raises(engine.models.NonFiniteError, match="all weights are finite now"),
    ):
        model.fit(X * 1e30, Y, verbose=0)


@pytest.mark.parametrize("ask", ["predict", "predict_on_batch", "evaluate", "test_on_batch"])
@pytest.mark.parametrize("pieces", [False, True])
def test_asking_builds_the_model(ask, pieces):
    """With the initial weights that an Input would have given it."""
    if pieces and ask.endswith("on_batch"):
        return
    options = {} if ask.endswith("on_batch") else {"verbose": 0}

    def asked(built):
        model = network(engine, built=built)
        labels = () if ask.startswith("predict") else (Y,)
        data = ([(X, *labels)],) if pieces else (X, *labels)
        return model, getattr(model, ask)(*data, **options)

    (model, told), (expected, as_expected) = asked(False), asked(True)
    assert same_weights(model, expected) and np.array_equal(told, as_expected)


def test_what_does_not_fit_builds_nothing():
    model = network(engine, built=False)
    for wrong in (np.full((3, 4), np.nan), np.ones(3)):
        with pytest.raises(ValueError, match="Expected (finite numbers|x of shape)"):
            model.predict(wrong, verbose=0)
        assert not model.built


@pytest.mark.keras
def test_called_as_in_training():
    """Each call draws; the formulas in NumPy are beside the bits, the zeros are not."""
    import keras

    ours, theirs = [network(k, dropout=True) for k in (engine, keras)]
    pairs = [
        (m(X, training=True), m(X, training=True), m(X, training=False)) for m in (ours, theirs)
    ]
    for a, b in zip(*pairs, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=1e-6)
    first, second, plain = pairs[0]
    assert not np.array_equal(first, second)
    assert np.array_equal(plain, ours(X)) and np.array_equal(plain, ours(X, training=None))
    with pytest.raises(TypeError, match="Expected training to be True or False. Received: .*2"):
        ours(X, training=2)
