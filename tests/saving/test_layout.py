"""Where the arrays stand: hand-written, as Keras 3.15.1 was seen to write them."""

import pytest

from engine import activations
from engine.optimizers import SGD, Adam, RMSprop
from engine.saving.allowed import ACTIVATIONS
from engine.saving.config import serialize_model
from engine.saving.layout import layer_groups, optimizer_group, slot_order

WEIGHTS = [(4, 10), (10,), (10, 3), (3,)]
K1, B1, K2, B2 = WEIGHTS


def shapes(group):
    return [place.shape for place in group.places]


def test_functional(kit):
    groups = layer_groups(serialize_model(kit.make("penguins")))
    assert [(g.path, g.name, shapes(g)) for g in groups] == [
        ("vars", "functional", []),
        ("layers/input_layer/vars", "input_layer", []),
        ("layers/dense/vars", "dense", [K1, B1]),
        ("layers/dense_1/vars", "dense_1", [K2, B2]),
    ]


def test_sequential(kit):
    """The groups are numbered by class; what the layers are called is an attribute."""
    groups = layer_groups(serialize_model(kit.make("pima_adam")))
    assert [(g.path, g.name, shapes(g)) for g in groups] == [
        ("vars", "pima", []),
        ("layers/dense/vars", "dense", [(8, 10), (10,)]),
        ("layers/dense_1/vars", "dense_1", [(10, 8), (8,)]),
        ("layers/dense_2/vars", "dense_2", [(8, 8)]),
        ("layers/dense_3/vars", "verdict", [(8, 1), (1,)]),
    ]


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(), []),
        (SGD(momentum=0.9), [K1, B1, K2, B2]),
        (Adam(), [K1, K1, B1, B1, K2, K2, B2, B2]),
        (Adam(amsgrad=True), [K1, K1, B1, B1, K2, K2, B2, B2, K1, B1, K2, B2]),
    ],
)
def test_optimizers(kit, optimizer, expected):
    groups = layer_groups(serialize_model(kit.make("penguins")))
    weights = [place for group in groups for place in group.places]
    group = optimizer_group(optimizer, weights)
    assert (group.path, group.name) == ("optimizer/vars", optimizer.name)
    assert [p.dtypes for p in group.places[:2]] == [("int64", "int32"), ("float32", "float64")]
    assert shapes(group) == [(), (), *expected]


def test_slot_order():
    m, v, top, mean, average = "momentum", "velocity", "velocity_hat", "average_gradient", "average"
    assert slot_order(SGD(), 2) == []
    assert slot_order(SGD(momentum=0.9), 2) == [(0, m), (1, m)]
    assert slot_order(Adam(), 2) == [(0, m), (0, v), (1, m), (1, v)]
    assert slot_order(Adam(amsgrad=True), 1) == [(0, m), (0, v), (0, top)]
    centered = RMSprop(momentum=0.5, centered=True)
    assert slot_order(centered, 2) == [(0, v), (1, v), (0, m), (1, m), (0, mean), (1, mean)]
    assert slot_order(SGD(use_ema=True), 2) == [(0, average), (1, average)]


def test_every_activation_may_stand_in_a_file():
    functions = {"get", "serialize", "deserialize"}
    assert sorted(ACTIVATIONS) == sorted(set(dir(activations)) - functions)
