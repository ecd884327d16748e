"""Keras's own files, written and read without Keras.

    save_model, load_model         m.keras: architecture, weights, optimizer
    save_weights, load_weights     m.weights.h5: weights and optimizer's state

Needs h5py: ``pip install '.[files]'`` in Glassnet's folder.

Keras: ``keras.saving``.
"""

from __future__ import annotations

from engine.saving.model_files import load_model, save_model
from engine.saving.weight_files import load_weights, save_weights

__all__ = ["load_model", "load_weights", "save_model", "save_weights"]
