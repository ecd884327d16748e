"""What a Health says of a training is what the numbers of its steps say."""

import numpy as np
import pytest

import engine
from engine.study import Health
from engine.study.health import dead, saturated
from tests.tolerances import assert_same_bits


def model(hidden="relu", last="softmax", loss="sparse_categorical_crossentropy", units=3):
    engine.utils.set_random_seed(4)
    made = engine.Sequential(
        [
            engine.Input((2,)),
            engine.layers.Dense(6, hidden, name="hidden"),
            engine.layers.Dense(units, last, name="output", use_bias=False),
        ]
    )
    made.compile(engine.optimizers.Adam(0.02), loss)
    return made


@pytest.fixture
def rows():
    rng = np.random.default_rng(2)
    return rng.normal(size=(30, 2)).astype("float32"), rng.integers(0, 3, 30)


def test_numbers_against_a_trace(rows):
    made, health = model(), Health(*rows)
    made.fit(*rows, batch_size=10, epochs=2, verbose=0, callbacks=[health])
    told = made.trace(*rows)  # what the last examination saw
    assert health.epochs == [0, 1, 2]
    assert health.values["loss"]["model"][-1] == told.loss
    kernel, bias, output = told.weights
    both = np.concatenate([kernel.gradient.ravel(), bias.gradient]).astype("float64")
    assert health.values["gradient_norm"]["hidden"][-1] == pytest.approx(np.linalg.norm(both))
    moved = np.linalg.norm(output.update.astype("float64"))
    ratio = moved / np.linalg.norm(output.value.astype("float64"))
    assert health.values["update_ratio"]["output"][-1] == pytest.approx(ratio)
    assert set(health.values["dead"]) == {"hidden"}
    assert health.values["saturated"] == {}


def test_watching_changes_nothing(rows):
    plain, watched = model(), model()
    plain.fit(*rows, epochs=3, verbose=0)
    watched.fit(*rows, epochs=3, verbose=0, callbacks=[Health(*rows)])
    for ours, theirs in zip(watched.get_weights(), plain.get_weights(), strict=True):
        assert_same_bits(ours, theirs)


def test_dead_units_are_counted():
    """Two of six units get a bias so low that no row wakes them; one more sleeps on most rows."""
    made = model()
    kernel, bias, output = made.get_weights()
    bias[:2] = -100.0
    kernel[:, 2], bias[2] = [1.0, 0.0], -1.0
    kernel[:, 3:], bias[3:] = 0.0, 1.0
    made.set_weights([kernel, bias, output])
    x = np.array([[2.0, 0.0], [0.0, 0.0], [-1.0, 3.0]])
    assert dead(made.trace(x, [0, 1, 2]).layers[0]) == pytest.approx(2 / 6)


@pytest.mark.parametrize(("name", "share"), [("sigmoid", 0.5), ("tanh", 5 / 6)])
def test_saturated_units_are_counted(name, share):
    """z = −4, −2, 1, 1.6, 4 and 9: σ beyond 0.05 and 0.95 needs |z| > 2.94, tanh |z| > 1.47."""
    made = model(name)
    kernel, _, output = made.get_weights()
    made.set_weights([kernel * 0, np.array([-4.0, -2.0, 1.0, 1.6, 4.0, 9.0]), output])
    told = made.trace(np.zeros((2, 2)), [0, 1])
    assert saturated(told.layers[0]) == pytest.approx(share)


@pytest.mark.parametrize(
    ("last", "loss", "units", "expected"),
    [
        ("softmax", "sparse_categorical_crossentropy", 3, np.log(3)),
        ("sigmoid", "binary_crossentropy", 1, np.log(2)),
        ("linear", "mse", 1, None),
    ],
)
def test_the_loss_of_knowing_nothing(last, loss, units, expected):
    """With output weights of 0 the loss is exactly that."""
    made = model("tanh", last, loss, units)
    made.set_weights([*made.get_weights()[:2], made.get_weights()[2] * 0])
    x, y = np.ones((4, 2)), np.array([0, 1, 0, 1])
    health = Health(x, y)
    made.fit(x, y, epochs=1, verbose=0, callbacks=[health])
    assert health.expected_loss == expected
    if expected:
        assert health.values["loss"]["model"][0] == pytest.approx(expected)


def test_the_loss_of_knowing_nothing_with_weights():
    made = model("tanh", "sigmoid", "binary_crossentropy", 1)
    made.set_weights([*made.get_weights()[:2], made.get_weights()[2] * 0])
    x, y, w = np.ones((4, 2)), np.array([0, 1, 0, 1]), np.array([5.0, 5.0, 5.0, 1.0])
    health = Health(x, y, w)
    made.fit(x, y, epochs=1, verbose=0, callbacks=[health])
    assert health.values["loss"]["model"][0] == pytest.approx(health.expected_loss)
    assert health.expected_loss == pytest.approx(4 * np.log(2))


def test_the_frame_has_every_number(rows):
    made, health = model("tanh"), Health(*rows)
    made.fit(*rows, epochs=2, verbose=0, callbacks=[health])
    frame = health.frame()
    assert list(frame.columns) == ["epoch", "layer", "quantity", "value"]
    assert len(frame) == 3 * (2 + 2 + 1 + 1)
    chosen = frame[(frame.quantity == "gradient_norm") & (frame.layer == "output")]
    assert list(chosen.value) == health.values["gradient_norm"]["output"]


def test_a_second_fit_goes_on(rows):
    made, health = model(), Health(*rows)
    made.fit(*rows, epochs=1, verbose=0, callbacks=[health])
    made.fit(*rows, epochs=1, verbose=0, callbacks=[health])
    assert health.epochs == [0, 1, 2]


def test_rows_that_do_not_fit(rows):
    with pytest.raises(ValueError, match="Expected"):
        model().fit(*rows, verbose=0, callbacks=[Health(np.ones((3, 5)), [0, 1, 2])])


def test_frozen_layers_and_dropout(rows):
    """Nothing is said of the gradients of a frozen layer; decay counts as a move."""
    engine.utils.set_random_seed(1)
    made = engine.Sequential(
        [
            engine.Input((2,)),
            engine.layers.Dense(5, "relu", name="base", trainable=False),
            engine.layers.Dropout(0.5),
            engine.layers.Dense(3, "softmax", name="head"),
        ]
    )
    made.compile(engine.optimizers.SGD(0.1, weight_decay=0.5), "sparse_categorical_crossentropy")
    x, y = rows
    health, trace = Health(x, y), made.trace(x, y)
    made.fit(x, y, epochs=1, verbose=0, callbacks=[health])
    assert np.isnan(health.values["gradient_norm"]["base"]).all()
    assert np.isnan(health.values["update_ratio"]["base"]).all()
    assert len(health.values["dead"]["base"]) == 2
    own = [w for w in trace.weights if w.trained]
    moved = np.sqrt(sum(np.sum((w.new - w.value).astype("f8") ** 2) for w in own))
    size = np.sqrt(sum(np.sum(w.value.astype("f8") ** 2) for w in own))
    assert health.values["update_ratio"]["head"][0] == pytest.approx(moved / size, rel=1e-4)


@pytest.mark.parametrize(("reduction", "times"), [("sum", 30.0), ("sum_over_batch_size", 1.0)])
def test_the_loss_of_knowing_nothing_by_the_reduction(rows, reduction, times):
    made = model(loss=engine.losses.SparseCategoricalCrossentropy(reduction=reduction))
    health = Health(*rows)
    made.fit(*rows, epochs=1, verbose=0, callbacks=[health])
    assert health.expected_loss == pytest.approx(times * np.log(3))
