"""Which Keras and TensorFlow are installed and which of its arithmetics TensorFlow would choose.

Nothing is imported: versions come from the installed packages' metadata, settings from the
environment, read as TensorFlow and oneDNN read them.

Source: ``DefaultOneDnnPolicy`` and ``IsMklEnabled`` in TensorFlow's ``core/util/port.cc``;
``ReadBoolFromEnvVar`` takes 0, 1, false and true in any case and ignores anything else.  oneDNN's
``getenv_string_user`` looks for ONEDNN_… before DNNL_….
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

CONFIRMED = {"keras": "3.15", "tensorflow": "2.21"}
"""The versions whose orders of operations the engine follows."""

ONEDNN_BY_DEFAULT = {
    "avx512vnni", "avx512bf16", "avxvnni", "amx-tile", "amx-int8", "amx-bf16",
}  # fmt: skip
"""TensorFlow on Linux turns oneDNN on by itself if the processor has one of these."""

BELOW_AVX512_CORE = {"sse41", "avx", "avx2", "avx2_vnni", "avx2_vnni_2"}
"""oneDNN's names of instruction sets without AVX-512."""


@dataclass(frozen=True)
class Software:
    """The installed versions, None where there is none, and the settings that change bits."""

    keras: str | None
    tensorflow: str | None
    onednn: bool
    onednn_limit: str | None
    """The instruction set that oneDNN may not exceed, as the environment says."""
    backend: str | None
    """KERAS_BACKEND."""


def installed(
    environment: Mapping[str, str], features: frozenset[str], system: str = "Linux"
) -> Software:
    """What is installed, and how it would run on a processor with these features."""
    return Software(
        keras=_version("keras"),
        tensorflow=_version("tensorflow") or _version("tensorflow-cpu"),
        onednn=_onednn(environment.get("TF_ENABLE_ONEDNN_OPTS"), features, system),
        onednn_limit=environment.get("ONEDNN_MAX_CPU_ISA") or environment.get("DNNL_MAX_CPU_ISA"),
        backend=environment.get("KERAS_BACKEND"),
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _onednn(setting: str | None, features: frozenset[str], system: str) -> bool:
    by_default = system == "Linux" and bool(ONEDNN_BY_DEFAULT & features)
    return {"0": False, "false": False, "1": True, "true": True}.get(
        (setting or "").lower(), by_default
    )
