"""arithmetic: whether losses and weights have Keras's bits here, or how near they come.

    >>> import engine
    >>> found = engine.arithmetic()
    >>> found.level in ("bits", "tolerance")
    True

The order in which TensorFlow adds belongs to the processor and to oneDNN: it is known for Linux on
x86-64 with AVX-512 and oneDNN on, in the versions of :data:`engine.promise.software.CONFIRMED`.
What the engine's own kernels are compiled for changes their speed, not their bits.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.checks.shown import shown
from engine.models.arguments import whole
from engine.models.model import Model
from engine.promise.machine import SHOWN, Machine, this_machine
from engine.promise.models import (
    MAGNIFIES,
    RULES,
    TOLERANCE,
    USUAL_BATCH,
    Asked,
    on_probabilities,
    widths,
)
from engine.promise.software import BELOW_AVX512_CORE, CONFIRMED, Software, installed

SWITCH = "GLASSNET_PROMISE"
AVX512_CORE = ("avx512f", "avx512bw", "avx512dq", "avx512vl")


@dataclass(frozen=True, repr=False)
class Arithmetic:
    """What is promised, why not more, and the facts it rests on; prints as a table.

    Attributes
    ----------
    level
        "bits": weights, History and predictions are Keras's to the last bit.  "tolerance": losses
        differ by `tolerance` at the most, unless the training multiplies roundings: features of
        ordinary size and a learning rate with which it converges are assumed.
    tolerance
        0 for bits, ∞ where no bound is promised.
    reasons
        Sentences that say why not bits; empty for bits.
    machine, software
        The facts (:class:`~engine.promise.machine.Machine`,
        :class:`~engine.promise.software.Software`).
    network
        The model that was looked at, as "8-8-1 in batches of up to 32 rows"; empty without one.
    """

    level: str
    tolerance: float
    reasons: tuple[str, ...]
    machine: Machine
    software: Software
    network: str = ""

    def _lines(self) -> Iterator[tuple[str, str]]:
        machine, software = self.machine, self.software
        yield "processor", f"{machine.processor}, {machine.architecture}, {machine.system}"
        yield "it has", _listed(machine.features)
        yield "kernels use", _listed(machine.compiled_for)
        yield "C library", machine.c_library
        yield "denormals", "flushed to zero" if machine.flush_to_zero else "kept"
        yield "1/x begins with", machine.estimate
        for package, title in (("keras", "Keras"), ("tensorflow", "TensorFlow")):
            found = getattr(software, package)
            absent = f"not installed; the promise refers to {CONFIRMED[package]}"
            yield title, found or absent
        limit = f", limited to {software.onednn_limit}" if software.onednn_limit else ""
        yield "oneDNN", ("on" if software.onednn else "off") + limit
        if self.network:
            yield "network", self.network
        yield "promise", self.promise
        for number, reason in enumerate(self.reasons):
            yield ("", reason) if number else ("because", reason)

    @property
    def promise(self) -> str:
        """The level in a sentence."""
        if self.level == "bits":
            return "bits: the numbers of Keras on the CPU, to the last one"
        if self.tolerance == float("inf"):
            return "tolerance: no bound"
        return f"tolerance: losses within {self.tolerance:g} of Keras's, unless they diverge"

    def __str__(self) -> str:
        return "\n".join(
            textwrap.fill(f"{name:<17}{value}", 90, subsequent_indent=" " * 17)
            for name, value in self._lines()
        )

    __repr__ = __str__


def _listed(features: frozenset[str]) -> str:
    return ", ".join(name for name in SHOWN if name in features) or "none of " + ", ".join(SHOWN)


def arithmetic(model: Any = None, batch_size: Any = None) -> Arithmetic:
    """What this machine and this installation allow: Keras's bits, or a tolerance.

    Parameters
    ----------
    model
        A built model whose layers are to be looked at, too.
    batch_size
        How many rows the largest of its batches has; 32 if it is not named, as in Keras.

    Raises
    ------
    ValueError, TypeError
        If an argument is none of these, if the model does not know its number of features yet,
        or if the environment variable GLASSNET_PROMISE is neither "tolerance", which lowers the
        level, nor "bits", which leaves it as it is.
    """
    if model is not None and not isinstance(model, Model):
        raise TypeError(
            "Expected model to be a Sequential or a Model of the engine. "
            f"Received: model={shown(model)} of type {type(model).__name__}"
        )
    if batch_size is not None:
        batch_size = whole("batch_size", batch_size)
    machine = this_machine()
    software = installed(os.environ, machine.features, machine.system)
    return judged(machine, software, os.environ, model, batch_size)


def judged(
    machine: Machine,
    software: Software,
    environment: Mapping[str, str],
    model: Any = None,
    batch_size: int | None = None,
) -> Arithmetic:
    """The promise for these facts."""
    found = [
        (reason, TOLERANCE)
        for reason in (*_switch(environment), *_of_machine(machine), *_of_software(software))
    ]
    if model is not None and not model._dense_layers():
        raise ValueError(
            f"Expected a model with layers. Received: model {model.name!r} without a Dense"
        )
    layers = [] if model is None else model._require_built()._dense_layers()
    names = [] if model is None else [model.name, *(layer.name for layer in model.layers)]
    asked = Asked(layers, getattr(model, "optimizer", None), batch_size or USUAL_BATCH, names)
    found += [(r.sentence, r.tolerance) for r in RULES if r.applies(asked)]
    if found and on_probabilities(layers, getattr(model, "_loss", None)):
        found.append((MAGNIFIES, float("inf")))
    reasons = tuple(reason for reason, _ in found)
    tolerance = max((allowed for _, allowed in found), default=0.0)
    sizes = "-".join(map(str, widths(layers)))
    network = f"{sizes} in batches of up to {asked.rows:,} rows" if layers else ""
    level = "tolerance" if found else "bits"
    return Arithmetic(level, tolerance, reasons, machine, software, network)


def _switch(environment: Mapping[str, str]) -> Iterator[str]:
    value = environment.get(SWITCH, "bits")
    if value not in ("bits", "tolerance"):
        raise ValueError(
            f'Expected the environment variable {SWITCH} to be "tolerance", to promise no more '
            f'than that, or "bits", to promise what the machine allows. Received: {shown(value)}'
        )
    if value == "tolerance":
        yield f"The environment variable {SWITCH}=tolerance asks for no more."


def _of_machine(machine: Machine) -> Iterator[str]:
    if machine.system != "Linux":
        yield f"TensorFlow's orders of operations are known on Linux; this is {machine.system}."
    if machine.architecture.lower() not in ("x86_64", "amd64"):
        yield (
            "TensorFlow's orders of operations are known on x86-64; this is "
            f"{machine.architecture}."
        )
    elif missing := [name for name in AVX512_CORE if name not in machine.features]:
        yield f"The processor lacks the AVX-512 that oneDNN asks for: no {', '.join(missing)}."
    if machine.system == "Linux" and not machine.c_library.startswith("glibc"):
        yield f"TensorFlow is confirmed with glibc; the C library is {machine.c_library}."


def _of_software(software: Software) -> Iterator[str]:
    for package, title in (("keras", "Keras"), ("tensorflow", "TensorFlow")):
        found, confirmed = getattr(software, package), CONFIRMED[package]
        if found is not None and not (found + ".").startswith(confirmed + "."):
            yield f"{title} {found} is installed; the promise refers to {confirmed}."
    if not software.onednn:
        yield "oneDNN is off in TensorFlow; TF_ENABLE_ONEDNN_OPTS=1 turns it on."
    elif (software.onednn_limit or "").lower() in BELOW_AVX512_CORE:
        yield f"oneDNN may use no more than {software.onednn_limit}; the promise needs AVX512_CORE."
    if software.backend not in (None, "", "tensorflow"):
        yield f"KERAS_BACKEND={software.backend}; the promise refers to tensorflow."
