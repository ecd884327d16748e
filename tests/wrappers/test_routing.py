"""Parameters with a destination in their names."""

import pytest

from engine import losses, metrics, optimizers
from engine.wrappers.routing import addressed, assembled, is_routed, with_classes


class Part:
    def __init__(self, *places, **names):
        self.places, self.names = places, names

    def __eq__(self, other):
        return vars(self) == vars(other)


@pytest.mark.parametrize(
    ("item", "parameters", "expected"),
    [
        (None, {}, None),
        ("adam", {}, "adam"),
        (Part, {"a": 1}, Part(a=1)),
        (Part, {"0": 1, "1": 2, "a": 3}, Part(1, 2, a=3)),
        (Part, {"a": Part, "a__b": 2}, Part(a=Part(b=2))),
        ([Part, Part], {"a": 1, "1__b": 2, "1__a": 3}, [Part(a=1), Part(a=3, b=2)]),
        ({"x": Part, "y": [Part]}, {"x__a": 1, "y__0__a": 2}, {"x": Part(a=1), "y": [Part(a=2)]}),
        ((Part,), {}, (Part(),)),
    ],
)
def test_classes_become_objects(item, parameters, expected):
    found = assembled(item, parameters)
    assert found == expected
    assert type(found) is type(expected)


def test_parameters_for_a_finished_object_are_refused():
    with pytest.raises(TypeError, match=r"Expected a class or its name.*'a': 1.*Received: <"):
        assembled([Part()], {"a": 1})


def test_names_become_classes_where_parameters_are_for_them():
    assert with_classes("sgd", {"momentum": 0.9}, optimizers.get) is optimizers.SGD
    assert with_classes("sgd", {}, optimizers.get) == "sgd"
    found = with_classes(["mse", "accuracy"], {"0__name": "m"}, metrics.get, ("accuracy",))
    assert found == [metrics.MeanSquaredError, "accuracy"]
    assert with_classes({"a": "mse"}, {"a__name": "m"}, losses.get) == {
        "a": losses.MeanSquaredError
    }


def test_destinations():
    assert is_routed("callbacks__0__patience")
    assert not is_routed("epochs") and not is_routed("model")
    both = {"optimizer__learning_rate": 1, "optimizer__learning_rate__rate": 2, "fit__epochs": 3}
    assert addressed(both, "optimizer") == {"learning_rate": 1, "learning_rate__rate": 2}
