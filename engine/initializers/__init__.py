"""Initial weights, in Keras's words and with Keras's bits.

Every class also has its snake_case name (``zeros``, ``he_normal`` …), as in Keras.
"""

from typing import TYPE_CHECKING

from engine.checks.absent import absent
from engine.initializers.base import Initializer
from engine.initializers.constants import Constant, Ones, Zeros
from engine.initializers.distributions import RandomNormal, RandomUniform, TruncatedNormal
from engine.initializers.fans import compute_fans
from engine.initializers.glorot import GlorotNormal, GlorotUniform
from engine.initializers.he import HeNormal, HeUniform
from engine.initializers.lecun import LecunNormal, LecunUniform
from engine.initializers.registry import deserialize, get, serialize
from engine.initializers.scaling import VarianceScaling

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "compute_fans",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
