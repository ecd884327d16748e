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
from engine.metrics import Metric, prepared, resolve
from engine.metrics.mean import Mean
from engine.models.arguments import not_yet, whole
from engine.models.only_output import (
    check_loss_weights,
    metrics_of_only_output,
    of_only_output,
)
from engine.models.scores import Scores, Watched, names_in_history
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
            A name, function or object of :mod:`engine.losses`; also in a list, or in a dict by the
            output's name.
        loss_weights
            None or 1, which is the weight of the only loss.
        metrics
            A list of names, functions or objects of :mod:`engine.metrics`; "accuracy" is resolved
            by the shapes.  Also lists in the list, or a dict by the output's name.
        weighted_metrics
            The same; these count rows by sample_weight and class_weight, which `metrics` ignore.

        Raises
        ------
        ValueError, TypeError
            If a name is unknown, or no name.  The model stays as it was.
        """
        output = self.layers[-1].name if self.layers else None
        check_loss_weights(loss_weights, output)
        not_yet(run_eagerly=(run_eagerly, False))
        whole("steps_per_execution", steps_per_execution)
        chosen = optimizers.get(optimizer)
        one_loss = of_only_output("loss", loss, output)
        loss_object = None if one_loss is None else losses.get(one_loss)
        if loss_object is not None:
            assert loss_object.reduction_form  # refuses what cannot be trained with
        identifiers = tuple(
            [prepared(identifier) for identifier in metrics_of_only_output(name, given, output)]
            for name, given in (("metrics", metrics), ("weighted_metrics", weighted_metrics))
        )
        names = names_in_history(*([_name(i) for i in some] for some in identifiers))
        if "loss" in names:
            raise ValueError(
                "Expected metrics of other names than loss, which is there in any case. "
                f"Received: metrics={shown(names)}"
            )
        self.optimizer = chosen
        self._loss = loss_object
        self._metric_identifiers = identifiers
        self._resolved: dict[tuple[int, int], Scores] = {}
        self._metric_names = names
        self._compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
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
        return ["loss", *self._metric_names]

    @property
    def metrics(self) -> list[Metric]:
        """The loss's mean and the metrics, once data have told which ones "accuracy" means.

        They tell names and arguments; what they count stands in the History.
        """
        for scores in self._resolved.values() if self.compiled else ():
            return [Mean("loss"), *scores.metrics]
        return []

    def _scores(self, label_width: int, units: int, dtype: str) -> Scores:
        """Loss and metrics for labels and predictions of these widths, made once."""
        found = self._resolved.get((label_width, units))
        if found is None:
            made = [
                (resolve(identifier, label_width, units), weighted)
                for weighted, some in enumerate(self._metric_identifiers)
                for identifier in some
            ]
            watched = [
                Watched(metric, name, bool(weighted))
                for (metric, weighted), name in zip(made, self._metric_names, strict=True)
            ]
            found = self._resolved[label_width, units] = Scores(watched, units, dtype)
        return found

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
                return [plain(_made(v)) for v in value]
            if isinstance(value, dict):
                return value if "class_name" in value else {k: plain(v) for k, v in value.items()}
            return value if isinstance(value, str | None) else getattr(value, "__name__", value)

        return {
            "optimizer": optimizers.serialize(self.optimizer),
            "loss": plain(self._compile_config["loss"]),
            "loss_weights": self._compile_config["loss_weights"],
            "metrics": plain(self._compile_config["metrics"]),
            "weighted_metrics": plain(self._compile_config["weighted_metrics"]),
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
        self.compile(
            config["optimizer"],
            config.get("loss"),
            config.get("loss_weights"),
            metrics=config.get("metrics"),
            weighted_metrics=config.get("weighted_metrics"),
        )

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


def _made(identifier: Any) -> Any:
    """The loss that a class among metrics stands for: its name alone would be the metric's."""
    is_loss = isinstance(identifier, type) and issubclass(identifier, Loss)
    return losses.get(identifier) if is_loss else identifier


def _name(identifier: Any) -> str:
    return identifier if isinstance(identifier, str) else identifier.name
