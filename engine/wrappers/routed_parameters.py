"""An estimator whose parameters are more than its signature says: ``model__units=8``.

scikit-learn reads a constructor's signature; the others are kept apart and come on top of it, in
``get_params``, ``set_params``, ``clone`` and as attributes.

Keras: ``scikeras.wrappers.BaseWrapper``.  Here ``fit`` refuses a name with nowhere
to go.
"""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator

from engine.models import Model
from engine.wrappers.building import takes
from engine.wrappers.routing import PREFIXES, is_routed


class RoutedParameters(BaseEstimator):  # type: ignore[misc]
    """Base of estimators with a model function."""

    _routed: dict[str, Any]

    def __init__(self) -> None:
        # Past __setattr__, which reads it.
        self.__dict__["_routed"] = {}

    def _maker(self) -> Any:
        """What makes the model; None: the default network."""
        raise NotImplementedError

    def _has_somewhere_to_go(self, name: str) -> bool:
        make = self._maker()
        function = callable(make) and not isinstance(make, Model)
        return is_routed(name) or (function and takes(make, name))

    def _check_parameters(self, names: Any = None) -> None:
        """Raise a ValueError if a parameter is neither routed nor asked for by the function."""
        for name in self._routed if names is None else names:
            if not self._has_somewhere_to_go(name):
                raise ValueError(
                    f"Expected parameters of {type(self).__name__} or of the model function, or "
                    f"{'__…, '.join(PREFIXES)}__…. Received: {name!r}"
                )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters, routed ones included."""
        own: dict[str, Any] = super().get_params(deep)
        return own | self._routed

    def set_params(self, **parameters: Any) -> Any:
        """Change parameters, routed ones included."""
        own = self._get_param_names()
        for name in sorted(parameters, key=lambda n: n not in own):
            if name in own:
                setattr(self, name, parameters[name])
            else:
                if name not in self._routed:
                    self._check_parameters([name])
                self._routed[name] = parameters[name]
        return self

    def __getattr__(self, name: str) -> Any:
        routed = vars(self).get("_routed", {})
        if name in routed:
            return routed[name]
        raise AttributeError(
            f"Expected an attribute of {type(self).__name__}; those that end with _ are there "
            f"after fit. Received: {name!r}"
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self).get("_routed", {}):
            self._routed[name] = value
        else:
            super().__setattr__(name, value)
