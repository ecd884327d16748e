"""Pictures of data, networks, trainings and their results.

One picture is one small file, and a file is imported when its picture is first asked for, so that
``plot_history`` does not wait for seaborn.  To add a picture: write
``engine/pictures/<concept>.py`` with one public function that takes ``ax=None`` and returns the
Axes, and add a line to ``_PICTURES``.

Rules of the room: Figure and Axes objects only, no global state of matplotlib is changed and no
window is opened; a picture must also be readable in black and white.

    >>> from engine.pictures import plot_history
    >>> plot_history({"loss": [0.7, 0.5, 0.4]}).get_xlabel()
    'epoch (passes over the training data)'
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent

_HINT = "pip install '.[plot]' in Glassnet's folder"

if find_spec("matplotlib") is None:
    raise ImportError(f"Expected matplotlib, which draws the pictures: {_HINT}.", name="matplotlib")

_PICTURES = {
    "plot_activation": "activation",
    "plot_confusion_matrix": "confusion",
    "plot_correlation": "heatmap",
    "plot_decision_boundary": "boundary",
    "plot_distribution": "distribution",
    "plot_gradient_check": "gradient_check",
    "plot_health": "health",
    "plot_history": "curves",
    "plot_layers": "layers",
    "plot_loss_surface": "surface",
    "plot_network": "network",
    "plot_pairs": "pairs",
    "save_picture": "saving",
}

# `plot_model` is the name of a file and of a function.  Imported here, the function wins for good;
# imported later, the import system would put the module in its place.
from engine.pictures.plot_model import plot_model  # noqa: E402

if TYPE_CHECKING:
    from engine.pictures.activation import plot_activation
    from engine.pictures.boundary import plot_decision_boundary
    from engine.pictures.confusion import plot_confusion_matrix
    from engine.pictures.curves import plot_history
    from engine.pictures.distribution import plot_distribution
    from engine.pictures.gradient_check import plot_gradient_check
    from engine.pictures.health import plot_health
    from engine.pictures.heatmap import plot_correlation
    from engine.pictures.layers import plot_layers
    from engine.pictures.network import plot_network
    from engine.pictures.pairs import plot_pairs
    from engine.pictures.saving import save_picture
    from engine.pictures.surface import plot_loss_surface

__all__ = [
    "plot_activation",
    "plot_confusion_matrix",
    "plot_correlation",
    "plot_decision_boundary",
    "plot_distribution",
    "plot_gradient_check",
    "plot_health",
    "plot_history",
    "plot_layers",
    "plot_loss_surface",
    "plot_model",
    "plot_network",
    "plot_pairs",
    "save_picture",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _PICTURES:
            return absent(__name__, __all__)(name)
        try:
            module = import_module(f"{__name__}.{_PICTURES[name]}")
        except ModuleNotFoundError as error:
            if error.name not in ("seaborn", "pandas"):
                raise
            message = f"Expected {error.name}, which {name} draws with: {_HINT}."
            raise ImportError(message, name=error.name) from error
        function = getattr(module, name)
        globals()[name] = function
        return function


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
