"""What the real Caffe does with its generator, and seednb with it: a cell of a Caffe kernel, which prints its facts as JSON."""

from __future__ import annotations

import ctypes
import hashlib
import json
import sys
import tempfile
import threading

import caffe
import numpy as np

from seednb.runtime import session
from seednb.sources.caffe import Memory, find, probe

NET = """
layer {{ name: "data" type: "DummyData" top: "data"
  dummy_data_param {{ shape {{ dim: 4 dim: 8 }} data_filler {{ type: "uniform" min: 0 max: 1 }} }} }}
layer {{ name: "hidden" type: "InnerProduct" bottom: "data" top: "hidden"
  inner_product_param {{ num_output: 8 weight_filler {{ type: "{filler}" }} }} }}
layer {{ name: "dropped" type: "Dropout" bottom: "hidden" top: "dropped" dropout_param {{ dropout_ratio: 0.5 }} }}
"""
sources = {source.name: source for source in session().sources}
source = sources["caffe"]
library = ctypes.PyDLL(caffe._caffe.__file__)
draw = library._ZN5caffe14caffe_rng_randEv
draw.restype = ctypes.c_uint


def net(filler="xavier"):
    """Return the digest of a new net's weights and of two passes through it, with data and dropout."""
    with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
        file.write(NET.format(filler=filler))
        file.flush()
        made = caffe.Net(file.name, caffe.TRAIN)
    passes = [made.forward()["dropped"].tobytes() for _ in range(2)]
    return hashlib.sha256(b"".join([made.params["hidden"][0].data.tobytes(), *passes])).hexdigest()


def comes_back(filler):
    """Tell whether a restored state gives the same net, and whether without it another one comes."""
    state = source.state()
    first, second = net(filler), net(filler)
    source.restore(state)
    return [net(filler) == first, second != first]


def elsewhere(ask):
    """Return what another thread gets."""
    found = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]


def states_seen():
    """Return whether the state changes with each draw, over more draws than there are words."""
    seen = set()
    for _ in range(700):
        seen.add(source.state())
        draw()
    return len(seen) == 700


def calls(ask):
    """Return how many functions one call calls, itself included."""
    found = []
    sys.setprofile(lambda _frame, event, _argument: found.append(event))
    ask()
    sys.setprofile(None)
    return len([event for event in found if event in ("call", "c_call")])


def after_other_seeding():
    """Return whether a generator that the user's own call has made is read and put back."""
    caffe.set_random_seed(7)
    state = source.state()
    first = draw()
    caffe.set_random_seed(8)
    source.restore(state)
    return draw() == first


facts = {
    "traits": {name: sorted(sources[name].traits) for name in ("caffe", "libc")},
    "failures": session().failures,
    "comes back": {filler: comes_back(filler) for filler in ("xavier", "gaussian", "msra")},
    "every draw is seen": states_seen(),
    "another thread": elsewhere(source.state),
    "after the user's own seeding": after_other_seeding(),
    "another seed is not found": find(9) is None,
    "no address is not read": [len(probe(address, 8)) for address in (0, 8, 2**63)],
    "calls of a reading": calls(source.state),
    "null pointers are not followed": Memory(lambda: None).read() is None,
}
seeded = []
for seed in (0, 1, 2**31, 2**32 - 1):
    source.seed(seed)
    seeded.append([draw(), int(np.random.RandomState(seed).randint(0, 2**32, dtype=np.uint32))])
facts["first draws"] = seeded
state = source.state()
facts["looking leaves all as found"] = [find(2**32 - 1) is None, source.state() == state]
source.seed(5)
state = source.state()
facts["found again"] = [find(5) is not None, source.state() == state]
print(json.dumps(facts))
