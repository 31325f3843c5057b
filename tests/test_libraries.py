"""What libraries' objects hold: digests of arrays, tables, tensors and models, of the real libraries."""

from __future__ import annotations

import copy
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seednb.contents import Contents
from seednb.libraries import size_of


def digest(value: Any) -> bytes:
    """Return the digest of a value; a part that is left out fails the test."""
    contents = Contents(lambda _size: None, since=time.time() - 600, until=time.time())
    found = contents.digest(value)
    assert contents.left_out == set()
    return found


def differ(*values: Any) -> None:
    """Assert that copies have equal digests, and that these values have each their own."""
    for value in values:
        assert digest(value) == digest(copy.deepcopy(value))
    assert len({digest(value) for value in values}) == len(values)


def test_arrays_are_type_shape_and_bytes():
    """Another type, shape or element gives another digest, also where the bytes are equal."""
    differ(
        np.arange(6),
        np.arange(6).reshape(2, 3),
        np.arange(6).astype("u8"),
        np.array([0, 1, 2, 3, 4, 6]),
        np.array([0.0]),
        np.array([-0.0]),
        np.float32(1),
        np.float64(1),
        np.array(["a", "b"]),
        np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"),
        np.array([1, "x", [2]], dtype=object),
        np.array([1, "x", [3]], dtype=object),
        np.ma.array([1, 2], mask=[0, 1]),
        np.ma.array([1, 2], mask=[0, 0]),
        np.zeros((0, 3)),
        np.zeros((3, 0)),
    )


@pytest.mark.parametrize("shape", [(3000, 1000), (1, 3_000_000), (2, 3, 500_000), (3_000_000,)])
def test_arrays_that_are_not_contiguous_have_the_digest_of_their_copy(shape):
    """Steps and slices change nothing, and no more than a piece of the array is copied at a time."""
    array = np.random.default_rng(0).integers(0, 9, (*shape[:-1], 2 * shape[-1]), dtype=np.int32)[..., ::2]
    assert digest(array) == digest(np.ascontiguousarray(array))
    changed = array.copy()
    changed.flat[-1] += 1
    assert digest(array) != digest(changed)


def test_transposed_arrays_are_read_as_they_lie():
    """An array in columns is hashed without being turned round, and told from the same bytes in rows."""
    array = np.arange(6).reshape(2, 3)
    assert digest(array.T) == digest(array.copy().T)
    differ(np.array([[1, 2], [3, 4]]), np.array([[1, 3], [2, 4]]), np.array([[1, 2], [3, 4]]).T)


def test_memory_between_the_fields_of_records_does_not_count():
    """Padding that nobody has written is not part of a record array."""
    kind = np.dtype([("a", "u1"), ("b", "f8")], align=True)
    one, other = np.zeros(3, kind), np.frombuffer(bytearray(b"\xff" * 3 * kind.itemsize), kind)
    other["a"], other["b"] = 0, 0
    assert one.tobytes() != other.tobytes()
    assert digest(one) == digest(other)
    other["b"][1] = 1
    assert digest(one) != digest(other)


def test_tables_are_their_columns_and_labels():
    """Another value, name, index, type or category gives another digest, whatever kind of column it is in."""
    base = {
        "i": [1, 2, 3],
        "s": list("xyz"),
        "c": pd.Categorical(list("aab")),
        "d": pd.to_datetime(["2020-01-01"] * 3),
        "n": pd.array([1, None, 3], dtype="Int64"),
        "o": [(1,), {"a": 2}, "b"],
    }
    changes: list[dict[str, Any]] = [
        {},
        {"i": [1, 2, 4]},
        {"s": list("xyy")},
        {"c": pd.Categorical(list("abb"))},
        {"c": pd.Categorical(list("aab"), categories=list("abc"))},
        {"d": pd.to_datetime(["2020-01-01", "2020-01-01", "2020-01-02"])},
        {"n": pd.array([1, 2, 3], dtype="Int64")},
        {"o": [(1,), {"a": 3}, "b"]},
        {"more": 1},
    ]
    frame = pd.DataFrame(base)
    differ(
        *(pd.DataFrame({**base, **change}) for change in changes),
        frame.set_index("s"),
        frame.rename(columns={"i": "j"}),
        frame.set_index(["i", "s"]),
    )
    differ(frame.i, frame.i.rename("j"), frame.s, frame.index, frame.set_index("s").index, pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]))


def test_tensors_and_modules_are_what_they_hold():
    """A weight, a buffer, the optimizer's state or the mode of a module changes its digest."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    trained, evaluated = copy.deepcopy(model), copy.deepcopy(model).eval()
    optimizer = torch.optim.Adam(trained.parameters())
    fresh = copy.deepcopy(optimizer)
    trained(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    differ(model, trained, evaluated)
    differ(fresh, optimizer)
    differ(torch.zeros(3), torch.zeros(3, dtype=torch.bfloat16), torch.zeros(3, dtype=torch.bool), torch.ones(3), torch.zeros(1, 3))
    assert digest(torch.arange(12).reshape(2, 6)[:, ::2]) == digest(torch.arange(12).reshape(2, 6)[:, ::2].clone())
    assert digest(torch.complex(torch.ones(2), torch.ones(2)).conj()) == digest(torch.complex(torch.ones(2), -torch.ones(2)))


def test_what_is_no_plain_tensor_is_left_out():
    """Sparse tensors and tensors without data are named, not guessed at; asking their size does no harm."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for value in (torch.eye(3).to_sparse(), torch.empty(3, device="meta")):
        contents = Contents(lambda _size: None)
        contents.digest([value])
        assert contents.left_out == {"torch.Tensor"}
        assert size_of(value) >= 0


def test_models_of_keras_are_their_weights():
    """A step of training changes the digests of a model, its layers and optimizer; a history is its numbers."""
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    parts = [model, model.layers[0], model.optimizer]
    before = [digest(part) for part in parts]
    assert before == [digest(part) for part in parts]
    history = model.fit(np.ones((4, 3)), np.ones(4), epochs=2, verbose=0)
    assert all(old != digest(part) for old, part in zip(before, parts))
    now = digest(history)
    history.history["loss"][0] += 1
    assert now != digest(history)
    assert digest(tensorflow.constant([1.0])) != digest(tensorflow.constant([2.0]))
    assert digest(tensorflow.Variable([1.0])) != digest(tensorflow.Variable([2.0]))


def test_estimators_are_their_attributes():
    """An estimator fitted to other data has another digest, fitted again the same; the memory in its trees does not count."""
    tree = pytest.importorskip("sklearn.tree", reason="scikit-learn is not installed")
    ensemble = pytest.importorskip("sklearn.ensemble")
    features = np.random.default_rng(0).random((60, 4))
    labels = (features[:, 0] > 0.5).astype(int)
    for kind in (tree.DecisionTreeClassifier, lambda **words: ensemble.RandomForestClassifier(3, **words)):
        fitted = [kind(random_state=0).fit(features, part) for part in (labels, labels, 1 - labels)]
        assert digest(fitted[0]) == digest(fitted[1]) != digest(fitted[2])


def test_times_of_scikit_learn_do_not_count():
    """Searches and cross-validations that differ in their times only are equal; a score that differs is not."""
    selection = pytest.importorskip("sklearn.model_selection", reason="scikit-learn is not installed")
    tree = pytest.importorskip("sklearn.tree")
    features = np.random.default_rng(0).random((60, 4))
    labels = (features[:, 0] > 0.5).astype(int)
    searches = [
        selection.GridSearchCV(tree.DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=2).fit(features, labels)
        for _ in range(2)
    ]
    validated = [selection.cross_validate(tree.DecisionTreeClassifier(random_state=0), features, labels, cv=2) for _ in range(2)]
    frames = [pd.DataFrame(search.cv_results_) for search in searches]
    for one, other in (searches, validated, frames):
        assert digest(one) == digest(other)
    validated[1]["test_score"][0] += 1
    searches[1].cv_results_["mean_test_score"][0] += 1
    assert digest(validated[0]) != digest(validated[1])
    assert digest(searches[0]) != digest(searches[1])


def test_addresses_of_scikit_learn_do_not_count():
    """A vectorizer keeps the id() of its stop words: that is no part of it."""
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="scikit-learn is not installed")
    one, other = (text.TfidfVectorizer(stop_words=["cc"]).fit(["a bb", "bb cc"]) for _ in range(2))
    one._stop_words_id = 1
    assert digest(one) == digest(other)


def test_sparse_matrices_graphs_and_images():
    """SciPy's matrices, networkx's graphs and Pillow's images are what they hold."""
    sparse = pytest.importorskip("scipy.sparse", reason="SciPy is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    networkx = pytest.importorskip("networkx", reason="networkx is not installed")
    differ(sparse.eye(3, format="csr"), sparse.eye(3, format="csc"), 2 * sparse.eye(3, format="csr"))
    differ(image.new("L", (2, 2)), image.new("L", (2, 2), 1), image.new("L", (4, 1)))
    differ(networkx.path_graph(3), networkx.path_graph(4))
