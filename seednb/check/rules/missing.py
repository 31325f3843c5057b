"""Rules for seeds that are not there: generators that start from the operating system's entropy."""

from __future__ import annotations

from collections.abc import Iterator

from seednb.check.rscan import DRAWS
from seednb.check.rule import WARNING, Hit, Rule, View
from seednb.check.seeding import BIT_GENERATORS
from seednb.check.systems import ALL, LABELS, SEED_LINES, is_none, owner

_GENERATORS = frozenset(
    {"numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "random.Random"}
    | {f"numpy.random.{name}" for name in BIT_GENERATORS}
    | {
        f"scipy.stats.qmc.{name}"
        for name in ("Sobol", "Halton", "LatinHypercube", "PoissonDisk", "MultinomialQMC", "MultivariateNormalQMC")
    }
)
_KEYWORDS = ("seed", "rng", "random_state", "entropy", "x")
_RESEEDERS = frozenset({"numpy.random.seed", "random.seed", "tensorflow.random.set_seed", "tensorflow.set_random_seed"})


def _global(view: View) -> Iterator[Hit]:
    for system in sorted(ALL, key=list(LABELS).index):
        draws = [event for event in view.timeline.draws(system) if not event.hidden and event.call is not None]
        if draws and not view.timeline.seeds(system):
            first = draws[0].call
            assert first is not None
            more = f" (and {len(draws) - 1} more)" if len(draws) > 1 else ""
            text = f"{first.name} draws from {owner(system)} global generator{more}, which nothing seeds"
            yield Hit(first.cell, first.node, text, f"begin with {SEED_LINES[system]}")
    r_draws = [call for call in view.r_calls if call.name in DRAWS]
    if r_draws and not any(call.name == "set.seed" for call in view.r_calls):
        more = f" (and {len(r_draws) - 1} more)" if len(r_draws) > 1 else ""
        yield Hit(
            r_draws[0].cell, r_draws[0].node, f"{r_draws[0].name}() draws{more}, and nothing calls set.seed", "begin with set.seed(42)"
        )


GLOBAL_UNSEEDED = Rule(
    code="SNB010",
    name="global-generator-unseeded",
    severity=WARNING,
    message="the notebook draws from a global generator that nothing seeds",
    instead="seed it in the first cell, or use a generator of your own: rng = np.random.default_rng(42)",
    why="Each new kernel starts its global generators from the operating system's entropy, so that every run gives other numbers. "
    "There is one finding for each library, at its first draw. Layers of "
    "PyTorch and Keras draw their first weights; Keras 3 takes them from Python's `random`.",
    sealed="Yes. `seednb run`, `seednb enable` and `%seed` seed all global generators.",
    find=_global,
    bad=(
        ("import numpy as np\nx = np.random.rand(3)",),
        ("import random as r", "r.shuffle(items)"),
        ("from torch import nn", "net = nn.Linear(1, 2)"),
        ("import tensorflow as tf\ntf.random.normal([2])",),
        ("from scipy.stats import norm\nd = norm(0, 1)", "d.rvs(5)"),
        ("import numpy as np\ndef f():\n    return np.random.rand()\nf()",),
        ("import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.sample(5)",),
        ("import tensorflow_probability as tfp\ntfd = tfp.distributions\ntfd.Poisson(3.).sample(5)",),
        ("from keras import layers\nlayers.Dense(3)",),
        ("import numpy as np\nfrom numba import njit\n@njit\ndef f():\n    np.random.seed(1)\n    return 1\nf()\nnp.random.rand()",),
    ),
    good=(
        ("import numpy as np\nnp.random.seed(42)\nx = np.random.rand(3)",),
        ("import numpy as np\nrng = np.random.default_rng(42)\nrng.normal(3)",),
        ("import torch\ng = torch.Generator().manual_seed(0)\ntorch.rand(3, generator=g)",),
        ("from jax import random\nrandom.normal(random.key(0), (3,))",),
        ("%load_ext seednb\n%seed 42", "import random\nrandom.random()"),
        ("from lightning import seed_everything\nseed_everything(1)\nimport torch\ntorch.rand(3)",),
        ("import numpy as np\ndef never_called():\n    return np.random.rand()",),
        ("def random():\n    return 4\nrandom()",),
        ("from scipy.stats import norm\nnorm.rvs(size=5, random_state=1)",),
    ),
    bad_r=(("x <- rnorm(3)",), ("y <- stats::runif(2)  # set.seed(1)",)),
    good_r=(("set.seed(1)", "x <- rnorm(3)"), ("# rnorm(3)\nprint('rnorm(3)')",), ("sample <- function(x) x\nsample(3)",)),
)


def _hidden(view: View) -> Iterator[Hit]:
    if view.timeline.seeds("numpy"):
        return
    for event in view.timeline.events:
        if event.hidden and event.call is not None:
            yield Hit(
                event.call.cell,
                event.call.node,
                f"{event.call.name} without random_state draws from NumPy's global generator, which nothing seeds",
            )


HIDDEN_RANDOM_STATE = Rule(
    code="SNB012",
    name="random-state-left-out",
    severity=WARNING,
    message="it draws from NumPy's global generator, which nothing seeds, because its random_state was left out",
    instead="pass random_state=42",
    why="Many learners, splitters and data sets of scikit-learn draw numbers without saying so in their names: starts of k-means, rows of "
    "a split, features of a tree. Without `random_state` they use NumPy's global generator. Nothing is found where "
    "`np.random.seed` seeds that.",
    sealed="Yes. NumPy's global generator is seeded.",
    find=_hidden,
    bad=(
        ("from sklearn.model_selection import train_test_split\na, b = train_test_split(x)",),
        ("import sklearn.cluster as c", "c.KMeans(3, random_state=None).fit(x)"),
        ("from sklearn.model_selection import KFold\nKFold(5, shuffle=True)",),
    ),
    good=(
        ("from sklearn.cluster import KMeans\nKMeans(3, random_state=0)",),
        ("import numpy as np\nnp.random.seed(0)\nfrom sklearn.cluster import KMeans\nKMeans(3)",),
        ("from sklearn.svm import SVC\nSVC()",),
        ("from sklearn.model_selection import KFold\nKFold(5)",),
        ("from sklearn.cluster import KMeans\nKMeans(**options)",),
        ("from sklearn.model_selection import train_test_split\ntrain_test_split(x, shuffle=False)",),
    ),
)


def _unseeded(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        quasi = ".qmc." in call.name
        plain = quasi and getattr(call.argument(None, "scramble"), "value", True) is False
        if call.name in _GENERATORS and not call.spreads and not plain and is_none(call.argument(None if quasi else 0, *_KEYWORDS)):
            short = call.name.rpartition(".")[2]
            text = f"{short}() without a seed starts from the operating system's entropy, whatever was seeded before"
            yield Hit(call.cell, call.node, text, f"give it a seed: {short}({'…, seed=' if quasi else ''}42)")


UNSEEDED_GENERATOR = Rule(
    code="SNB020",
    name="generator-without-seed",
    severity=WARNING,
    message="a generator without a seed starts from the operating system's entropy",
    instead="give it a seed: default_rng(42)",
    why="`np.random.seed(42)` has no effect on `np.random.default_rng()`, `RandomState()`, `SeedSequence()`, bit generators, "
    "`random.Random()` and "
    "SciPy's quasi-random engines: without a seed they ask the operating system.",
    sealed="Yes. They take their entropy from the run's seed (docs/seal.md).",
    find=_unseeded,
    bad=(
        ("import numpy as np\nrng = np.random.default_rng()",),
        ("from numpy.random import default_rng as rng", "g = rng(None)"),
        ("import numpy as np\nnp.random.seed(1)\nr = np.random.RandomState()",),
        ("import random\nr = random.Random()",),
        ("from numpy.random import Generator, PCG64\ng = Generator(PCG64())",),
        ("from scipy.stats import qmc\ns = qmc.Sobol(d=2)",),
        ("import numpy as np\nss = np.random.SeedSequence(entropy=None)",),
    ),
    good=(
        ("import numpy as np\nrng = np.random.default_rng(0)",),
        ("import numpy as np\nrng = np.random.default_rng(seed=seed)",),
        ("from scipy.stats import qmc\ns = qmc.Sobol(d=2, seed=1)",),
        ("from scipy.stats import qmc\ns = qmc.Halton(d=2, scramble=False)",),
        ("from numpy.random import Generator, PCG64\ng = Generator(PCG64(5))",),
        ("default_rng()",),
    ),
)


def _from_entropy(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        empty = call.name in _RESEEDERS and not call.spreads and is_none(call.argument(0, "seed", "a"))
        if empty or call.name == "torch.Generator().seed":
            yield Hit(call.cell, call.node)
    yield from (
        Hit(call.cell, call.node) for call in view.r_calls if call.name == "set.seed" and call.arguments in {"", "NULL", "seed = NULL"}
    )


RESEEDED_FROM_ENTROPY = Rule(
    code="SNB021",
    name="reseeded-without-seed",
    severity=WARNING,
    message="seeding without a number throws the seed away: the generator starts anew from the operating system's entropy",
    instead="give it a number, or take the line out",
    why="`np.random.seed()`, `random.seed()`, `seed(None)`, `torch.Generator().seed()` and R's `set.seed(NULL)` look as if they "
    "made a run repeatable and do the opposite.",
    sealed="Yes. In Python the new start is derived from the run's seed. R's `set.seed(NULL)` is not sealed.",
    find=_from_entropy,
    bad=(
        ("import numpy as np\nnp.random.seed()",),
        ("import numpy as np\nnp.random.seed(None)",),
        ("from random import seed\nseed()",),
        ("import torch\ng = torch.Generator()\ng.seed()",),
    ),
    good=(
        ("import numpy as np\nnp.random.seed(0)",),
        ("import random\nrandom.seed(x)",),
        ("import torch\ng = torch.Generator()\ng.manual_seed(3)",),
    ),
    bad_r=(("set.seed(NULL)",),),
    good_r=(("set.seed(3)",),),
)


def _torch_seed(view: View) -> Iterator[Hit]:
    yield from (Hit(call.cell, call.node) for call in view.facts.calls if call.name in {"torch.seed", "torch.random.seed"})


TORCH_SEED = Rule(
    code="SNB022",
    name="torch-seed-as-getter",
    severity=WARNING,
    message="torch.seed() does not read the seed: it sets a new, random one",
    instead="read with torch.initial_seed(), set with torch.manual_seed(42)",
    why="`torch.seed()` seeds PyTorch's generators with a number from the operating system and returns it. Who calls it to print "
    "the seed loses it.",
    sealed="Yes. The number is derived from the run's seed; but the numbers that follow are not those of the seed that was set.",
    find=_torch_seed,
    bad=(("import torch\ntorch.manual_seed(1)\nprint(torch.seed())",), ("import torch as t", "t.random.seed()")),
    good=(("import torch\nprint(torch.initial_seed())",), ("import torch\ntorch.manual_seed(0)",)),
)


def _tf_state(view: View) -> Iterator[Hit]:
    names = {
        "tensorflow.random.Generator.from_non_deterministic_state",
        "tensorflow.random.experimental.Generator.from_non_deterministic_state",
    }
    fixed = [call for call in view.facts.calls if call.name.endswith("random.set_global_generator")]
    for call in view.facts.calls:
        if call.name in names or (call.name == "tensorflow.random.get_global_generator" and not fixed):
            yield Hit(call.cell, call.node)


TF_NON_DETERMINISTIC = Rule(
    code="SNB023",
    name="tensorflow-generator-without-seed",
    severity=WARNING,
    message="this TensorFlow generator starts from the operating system's entropy, which tf.random.set_seed does not reach",
    instead="make it with tf.random.Generator.from_seed(42), or call tf.random.set_global_generator first",
    why="`from_non_deterministic_state()` says so in its name; `get_global_generator()` calls it when no global generator was set. "
    "Both raise an "
    "error once TensorFlow's op determinism is on.",
    sealed="Yes. Their state is derived from the run's seed.",
    find=_tf_state,
    bad=(
        ("import tensorflow as tf\ng = tf.random.Generator.from_non_deterministic_state()",),
        ("import tensorflow as tf\ntf.random.set_seed(1)\ntf.random.get_global_generator().normal([2])",),
    ),
    good=(
        ("import tensorflow as tf\ng = tf.random.Generator.from_seed(1)",),
        ("import tensorflow as tf\ntf.random.set_global_generator(tf.random.Generator.from_seed(1))\ntf.random.get_global_generator()",),
    ),
)

RULES = (GLOBAL_UNSEEDED, HIDDEN_RANDOM_STATE, UNSEEDED_GENERATOR, RESEEDED_FROM_ENTROPY, TORCH_SEED, TF_NON_DETERMINISTIC)
