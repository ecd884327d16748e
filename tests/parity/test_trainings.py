"""Whole trainings beside Keras itself, compared by bits: weights, History, predictions.

Both start from the same seed: nothing is copied from one to the other.
"""

import numpy as np
import pytest

import engine
from keras_ref.cases import CASES
from keras_ref.fuzz.drawing import draw_experiment
from keras_ref.fuzz.trial import try_out
from tests.parity.promise import SAME_BITS, assert_as_promised
from tests.parity.stories import both

pytestmark = pytest.mark.keras


def skip_without_bound(experiment):
    if experiment.data.get("scale", 1) > 1 and not SAME_BITS:
        pytest.skip("inputs this large multiply every rounding: only same bits can be asked for")
    if engine.arithmetic(experiment.build(engine)).tolerance == float("inf"):
        pytest.skip("a crossentropy on probabilities: only same bits can be asked for")


# Keras says so of a Dropout that lets nothing through.
@pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_same_bits(keras, name):
    experiment = CASES[name]
    skip_without_bound(experiment)
    ours, theirs = both(keras, experiment.run)
    for part in theirs:
        assert_as_promised(ours[part], np.asarray(theirs[part]), part)


def drawn(number):
    """An experiment that nobody chose."""
    return draw_experiment(np.random.default_rng([77, number]))


@pytest.mark.parametrize("number", range(20))
def test_drawn_experiments(keras, number):
    experiment = drawn(number)
    skip_without_bound(experiment)
    trial = try_out(keras, experiment)
    assert trial.kept, trial
