"""Findings of a review, each with what Keras does or what was silently wrong."""

import numpy as np
import pytest

import engine
from engine.callbacks import Callback, LambdaCallback
from engine.layers import Dense
from engine.models import Functional, Model, Sequential


def network(units=1, hidden=5, metrics=("accuracy",), optimizer="adam"):
    engine.utils.set_random_seed(3)
    model = Sequential(
        [engine.Input((4,)), Dense(hidden, activation="tanh"), Dense(units, activation="sigmoid")]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=list(metrics))
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    return rng.standard_normal((101, 4)).astype("float32"), rng.integers(0, 2, 101)


def test_class_weights_do_not_weigh_the_validation(data):
    x, y = data
    model = network()
    history = model.fit(
        x, y, class_weight={0: 1.0, 1: 50.0}, validation_split=0.3, verbose=0
    ).history
    kept = int(101 * 0.7)
    told = model.evaluate(x[kept:], y[kept:], verbose=0)
    assert history["val_loss"] == [told[0]]
    plain = network().fit(x, y, validation_split=0.3, verbose=0).history
    assert history["loss"] != plain["loss"]


@pytest.mark.parametrize("rows", [5, 33, 101, 400, 1212])
def test_evaluating_in_a_callback_leaves_the_training_alone(data, rows):
    """Larger batches lay the buffers out anew; a fit in progress must notice."""
    x, y = data
    bigger = np.resize(x, (rows, 4))
    alone = network(hidden=50)
    expected = alone.fit(x, y, batch_size=4, epochs=2, verbose=0).history
    model = network(hidden=50)
    look = LambdaCallback(
        on_train_batch_end=lambda b, logs: model.predict(bigger, batch_size=rows, verbose=0)
    )
    watched = model.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=[look]).history
    assert watched == expected
    for a, b in zip(alone.get_weights(), model.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_stopping_in_a_batch_stops_there(data):
    x, y = data

    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True
                self.seen = dict(logs)

    for validation in (None, (x[:20], y[:20])):
        stop, model = Stop(), network()
        history = model.fit(
            x, y, batch_size=10, epochs=5, verbose=0, callbacks=[stop], validation_data=validation
        )
        assert model.optimizer.iterations == 2
        assert history.epoch == [0]
        assert history.history["loss"] == [stop.seen["loss"]]
        assert ("val_loss" in history.history) == (validation is not None)
        # The next fit begins afresh.
        assert len(model.fit(x, y, batch_size=10, epochs=2, verbose=0).epoch) == 2
        assert model.optimizer.iterations == 2 + 22


def test_an_optimizer_belongs_to_the_weights_it_has_trained(data):
    x, y = data
    first = network()
    first.fit(x, y, verbose=0)
    second = network(optimizer=first.optimizer)  # the same shapes
    with pytest.raises(ValueError, match="an optimizer that is new"):
        second.fit(x, y, verbose=0)
    first.pop()
    first.add(Dense(1, activation="sigmoid"))
    with pytest.raises(ValueError, match="an optimizer that is new"):
        first.fit(x, y, verbose=0)


def test_a_dense_with_its_own_call_is_refused():
    class Own(Dense):
        def call(self, inputs):
            return inputs

    with pytest.raises(TypeError, match="the kernels run no other call.*Received: a layer of.*Own"):
        Sequential([Own(2)])


def test_changed_hyperparameters_are_checked(data):
    x, y = data
    model = network()
    model.optimizer.beta_1 = "x"
    before = model.get_weights()
    with pytest.raises(TypeError, match="Expected beta_1"):
        model.fit(x, y, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_model_from_config_makes_either_kind():
    inputs = engine.Input((4,))
    functional = Model(inputs, Dense(3)(inputs))
    assert type(Model.from_config(functional.get_config())) is Functional
    sequential = Model.from_config(network().get_config())
    assert type(sequential) is Sequential
    assert sequential.count_params() == 31


def test_train_on_batch_tells_of_its_own_batch(data):
    x, y = data
    model = network()
    expected = [model.evaluate(x[:30], y[:30], batch_size=30, verbose=0)]
    told = [model.train_on_batch(x[:30], y[:30])]
    expected.append(model.evaluate(x[30:60], y[30:60], batch_size=30, verbose=0))
    told.append(model.train_on_batch(x[30:60], y[30:60]))
    assert told == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activation", engine.activations.relu),
        ("units", 9),
        ("use_bias", False),
        ("kernel_regularizer", engine.regularizers.L2(0.1)),
        ("bias_regularizer", engine.regularizers.L1(0.1)),
    ],
)
def test_what_a_layer_is_cannot_be_changed_without_effect(data, name, value):
    x, _ = data
    model = network()
    before = model.predict(x, verbose=0)
    with pytest.raises(AttributeError, match=f"Expected {name} to stay.*Received: {name}="):
        setattr(model.layers[0], name, value)
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)


def test_another_loss_is_chosen_by_compile():
    model = network()
    with pytest.raises(AttributeError):
        model.loss = "mse"
    assert model.loss == "binary_crossentropy"
    model.compile("sgd", "mse")
    assert model.loss == "mse"
