"""scikit-learn, which the estimators need: here, or a sentence that says how to get it."""

from __future__ import annotations

try:
    import sklearn
except ImportError as error:
    raise ImportError(
        "Expected scikit-learn for engine.wrappers: pip install '.[data]' in Glassnet's folder"
    ) from error

__all__ = ["sklearn"]
