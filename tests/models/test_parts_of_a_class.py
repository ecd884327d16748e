"""Methods speak under the name of the class that users know, and can still be pickled."""

import pickle

import pytest

import engine

CALLS = {
    "fit": ({"epoch": 3}, "'epoch'"),
    "evaluate": ({"batchsize": 3}, "'batchsize'"),
    "predict": ({"batches": 3}, "'batches'"),
    "compile": ({"optimiser": "adam"}, "'optimiser'"),
    "train_on_batch": ({"z": 3}, "'z'"),
    "save": ({"path": "m.keras"}, "'path'"),
}


@pytest.mark.parametrize("method", CALLS)
def test_an_unknown_keyword(method):
    words, named = CALLS[method]
    with pytest.raises(TypeError, match=rf"^Model\.{method}\(\) got an unexpected .*{named}"):
        getattr(engine.Sequential(), method)(**words)


def test_the_name_leads_to_the_method():
    for name in CALLS:
        method = getattr(engine.Model, name)
        assert pickle.loads(pickle.dumps(method)) is method
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
    copy = pickle.loads(pickle.dumps(model.predict))
    assert (copy([[1.0, 2.0]], verbose=0) == model.predict([[1.0, 2.0]], verbose=0)).all()
