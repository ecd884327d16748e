"""A training step by the readable formulas, for study and as the judge of the kernels."""

from __future__ import annotations

from engine.study.batch import batch
from engine.study.explain import Explanation
from engine.study.gradient_check import GradientCheck
from engine.study.gradient_check import gradient_check as gradient_check
from engine.study.health import Health
from engine.study.recorder import Recorder
from engine.study.step import LayerStep, Step, step
from engine.study.surface import LossSurface, loss_surface
from engine.study.trace import ClippingTrace, LayerTrace, StageTrace, Trace, WeightTrace
from engine.study.tracing import trace as trace  # the function wins over the file of that name
from engine.study.weight_history import WeightHistory
from engine.study.worked_example import worked_example as worked_example
from engine.study.worked_example import worked_steps as worked_steps

__all__ = [
    "ClippingTrace",
    "Explanation",
    "GradientCheck",
    "Health",
    "LayerStep",
    "LayerTrace",
    "LossSurface",
    "Recorder",
    "StageTrace",
    "Step",
    "Trace",
    "WeightHistory",
    "WeightTrace",
    "batch",
    "gradient_check",
    "loss_surface",
    "step",
    "trace",
    "worked_example",
    "worked_steps",
]
