"""Keras's own files, written and read without Keras.

    save_model, load_model         m.keras, m.h5: architecture, weights, optimizer
    save_weights, load_weights     m.weights.h5: weights and optimizer's state
    export_onnx                    m.onnx: what predict computes, for other programs

Saving needs h5py, ``pip install '.[files]'`` in Glassnet's folder; loading does not.
A file that is not loaded ends in :class:`RefusedFile`, a ValueError.

Keras: ``keras.saving``.
"""

from __future__ import annotations

from engine.saving.model_files import load_model, save_model
from engine.saving.onnx import export_onnx
from engine.saving.refused import RefusedFile
from engine.saving.weight_files import load_weights, save_weights

__all__ = [
    "RefusedFile",
    "export_onnx",
    "load_model",
    "load_weights",
    "save_model",
    "save_weights",
]
