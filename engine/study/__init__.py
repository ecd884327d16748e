"""A training step by the readable formulas, for study and as the judge of the kernels."""

from __future__ import annotations

from engine.study.batch import batch
from engine.study.step import LayerStep, Step, step

__all__ = ["LayerStep", "Step", "batch", "step"]
