"""compile: the optimizer, the loss and the metrics of a model.

Keras: ``keras.Model.compile``.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from engine import losses, metrics, optimizers
from engine.callbacks import History
from engine.checks.shown import shown
from engine.losses import Loss
from engine.metrics import resolve
from engine.models.arguments import not_yet, whole
from engine.optimizers import Optimizer

Array = npt.NDArray[Any]


class Compiling:
    """The part of a model that knows how it is to be trained."""

    optimizer: Optimizer | None = None
    stop_training = False
    history: History | None = None

    # What the model's other half provides.
    built: bool
    layers: list[Any]
    name: str
    input_shape: Any
    _kernel_weights: list[Any]

    def build(self, input_shape: Any = None) -> None:
        """Make the weights."""
        raise NotImplementedError

    def _dense_layers(self) -> list[Any]:
        raise NotImplementedError

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose the optimizer, the loss and the metrics.

        Parameters
        ----------
        optimizer
            A name or object of :mod:`engine.optimizers`.
        loss
            A name, function or object of :mod:`engine.losses`.
        metrics
            A list of names, functions or objects of :mod:`engine.metrics`; "accuracy" is resolved
            by the shapes.

        Raises
        ------
        ValueError, TypeError
            If a name is unknown, or no name.  The model stays as it was.
        """
        not_yet(loss_weights=(loss_weights, None), weighted_metrics=(weighted_metrics, None))
        not_yet(run_eagerly=(run_eagerly, False))
        whole("steps_per_execution", steps_per_execution)
        chosen = optimizers.get(optimizer)
        loss_object = None if loss is None else losses.get(loss)
        if loss_object is not None:
            assert loss_object.reduction_form  # refuses what cannot be trained with
        if metrics is not None and not isinstance(metrics, list | tuple):
            raise (ValueError if isinstance(metrics, str) else TypeError)(
                f"Expected metrics to be a list. Received: metrics={shown(metrics)}"
            )
        listed = list(metrics or [])
        names = ["loss", *(resolve(metric, 1, 1).name for metric in listed)]
        if len(set(names)) < len(names):
            raise ValueError(
                "Expected metrics of different names, none of them loss. "
                f"Received: metrics={shown(names[1:])}"
            )
        self.optimizer = chosen
        self._loss = loss_object
        self._metric_identifiers = listed
        self._compile_config = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
        self._first_shapes: dict[str, int] = {}

    @property
    def loss(self) -> Any:
        """The loss as it was given to :meth:`compile`, which is how to choose another; or None."""
        return self._compile_config["loss"] if self.compiled else None

    @property
    def compiled(self) -> bool:
        """Whether :meth:`compile` was called."""
        return self.optimizer is not None

    @property
    def metrics_names(self) -> list[str]:
        """The names of what :meth:`evaluate` returns, in its order."""
        self._require_compiled()
        return [
            "loss",
            *(resolve(i, 1, 1).name for i in self._metric_identifiers),
        ]

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of :meth:`compile` in Keras's form."""
        self._require_compiled()
        assert self.optimizer is not None

        def plain(value: Any) -> Any:
            if isinstance(value, Loss):
                return losses.serialize(value)
            if isinstance(value, metrics.Metric):
                return metrics.serialize(value)
            if isinstance(value, list | tuple):
                return [plain(v) for v in value]
            return value if isinstance(value, str | None) else getattr(value, "__name__", value)

        return {
            "optimizer": optimizers.serialize(self.optimizer),
            "loss": plain(self._compile_config["loss"]),
            "loss_weights": None,
            "metrics": plain(self._compile_config["metrics"]),
            "weighted_metrics": None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as :meth:`get_compile_config` says."""
        if not isinstance(config, dict) or "optimizer" not in config:
            raise (ValueError if isinstance(config, dict) else TypeError)(
                "Expected config to be a dict with an optimizer, as get_compile_config() returns. "
                f"Received: config={shown(config)}"
            )
        not_yet(
            loss_weights=(config.get("loss_weights"), None),
            weighted_metrics=(config.get("weighted_metrics"), None),
        )
        self.compile(config["optimizer"], config.get("loss"), metrics=config.get("metrics"))

    def _shape_is_known(self, kind: str, size: int) -> bool:
        """Whether TensorFlow knows that batches have `size` rows (0: of several sizes).

        It compiles a call of some `kind` for the first shape since `compile`, and for any shape as
        soon as it meets another one.
        """
        first = self._first_shapes.setdefault(kind, size)
        return size > 0 and size == first

    def _require_compiled(self, loss: bool = False) -> None:
        if self.optimizer is None:
            raise ValueError(
                "Expected a compiled model: call compile() before training or evaluating. "
                f"Received: model {self.name!r}, not compiled"
            )
        if loss and self._loss is None:
            raise ValueError(
                f"Expected a loss: compile model {self.name!r} with one. Received: loss=None"
            )
