"""Where the promise of Keras's bits holds, and what is promised elsewhere.

:func:`arithmetic` looks at the machine (:mod:`engine.promise.machine`), at the TensorFlow and Keras
that are installed (:mod:`engine.promise.software`) and, if asked, at a model
(:mod:`engine.promise.models`).  Neither TensorFlow nor Keras is imported.
"""

from engine.promise.arithmetic import Arithmetic, arithmetic

__all__ = ["Arithmetic", "arithmetic"]
