"""The model of a KerasClassifier or KerasRegressor: from its function, its model, or by default.

The function gets the ``model__…`` parameters and, if it asks for them, `meta`, `compile_kwargs` and
`params`; what it returns uncompiled is compiled with the estimator's optimizer, loss and metrics.

Keras: ``scikeras.wrappers.BaseWrapper._build_keras_model`` and ``_get_compile_kwargs``.
"""

from __future__ import annotations

from typing import Any

from engine import losses, metrics, optimizers
from engine.models import Model
from engine.wrappers.building import called, checked_compiled, copied, takes
from engine.wrappers.default_network import default_network
from engine.wrappers.routed_parameters import RoutedParameters
from engine.wrappers.routing import addressed, assembled, with_classes


class ModelMaking(RoutedParameters):
    """The part of an estimator that makes its model."""

    # What the estimator has.
    model: Any
    build_fn: Any
    optimizer: Any
    loss: Any
    metrics: Any
    run_eagerly: bool
    n_features_in_: int
    _targets: Any

    def _maker(self) -> Any:
        """What makes the model; None: the default network."""
        chosen = self.model if self.model is not None else self.build_fn
        return chosen if chosen is not None else getattr(type(self), "_keras_build_fn", None)

    def _compile_arguments(self) -> dict[str, Any]:
        """The arguments of ``Model.compile``, with names and classes made into objects."""
        optimizer = self.optimizer
        if self._maker() is None and optimizer == "rmsprop":
            optimizer = "adam"  # see the documentation of `model`
        found: dict[str, Any] = {}
        for name, item, get, by_shape in (
            ("optimizer", optimizer, optimizers.get, ()),
            ("loss", self.loss, losses.get, ()),
            ("metrics", self.metrics, metrics.get, ("accuracy", "acc")),
        ):
            own = addressed(self._routed, name)
            found[name] = assembled(with_classes(item, own, get, by_shape), own)
        if isinstance(found["optimizer"], str):
            found["optimizer"] = optimizers.get(found["optimizer"])
        if found["metrics"] is not None and not isinstance(found["metrics"], list | tuple):
            found["metrics"] = [found["metrics"]]
        return found | {"run_eagerly": self.run_eagerly} | addressed(self._routed, "compile")

    def _metadata(self) -> dict[str, Any]:
        """What a model function may want to know: all attributes that end with ``_``."""
        return {k: v for k, v in vars(self).items() if k.endswith("_") and not k.startswith("_")}

    def _new_model(self) -> Model:
        make = self._maker()
        if make is None:
            kind, outputs = self._targets.kind, self._targets.outputs
            return default_network(  # type: ignore[no-any-return]
                kind,
                self.n_features_in_,
                outputs,
                self._compile_arguments(),
                **addressed(self._routed, "model"),
            )
        if isinstance(make, Model):
            made = copied(make)
        else:
            if self.model is None and self.build_fn is None:
                make = self._keras_build_fn
            arguments = {k: v for k, v in addressed(self._routed, "model").items() if "__" not in k}
            arguments |= {k: v for k, v in self._routed.items() if "__" not in k}
            for name, value in (
                ("meta", self._metadata),
                ("compile_kwargs", self._compile_arguments),
                ("params", self.get_params),
            ):
                if callable(make) and name not in arguments and takes(make, name):
                    arguments[name] = value()
            made = called(make, arguments)
        if not made.compiled:
            made.compile(**self._compile_arguments())
        return checked_compiled(made)
