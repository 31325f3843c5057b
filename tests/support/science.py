"""Programs for docs/support.md: numbers, tables, graphs, images, texts, simulations."""

from __future__ import annotations

from tests.support.program import DATA, Program

PROGRAMS = {
    "python": Program("", "`random`, `random.Random()`", """
import random
show(random.random(), random.Random().random())
"""),
    "numpy": Program("numpy", "`np.random.rand`", """
import numpy as np
show(np.random.rand(3))
"""),
    "numpy-generators": Program("numpy", "`default_rng()`, `RandomState()`", """
import numpy as np
show(np.random.default_rng().random(3), np.random.RandomState().rand(3))
"""),
    "scipy": Program("scipy", "`stats.norm.rvs`, `sparse.random_array`", """
from scipy import sparse, stats
show(stats.norm.rvs(size=3), sparse.random_array((9, 9), density=0.3).toarray())
"""),
    "scipy-qmc": Program("scipy", "`stats.qmc`, `sparse.linalg.svds`", """
import numpy as np
from scipy import sparse, stats
show(stats.qmc.Sobol(2).random(4), sparse.linalg.svds(sparse.diags_array(np.arange(1.0, 41.0)).tocsr(), k=2)[0])
"""),
    "pandas": Program("pandas", "`sample`, `groupby().sample`", """
import pandas as pd
frame = pd.DataFrame({'a': range(99), 'b': [0, 1, 2] * 33})
show(frame.sample(9).to_numpy(), frame.groupby('b').sample(4).to_numpy())
"""),
    "polars": Program("polars", "`sample`, `shuffle`", """
import polars as pl
frame = pl.DataFrame({'x': range(64)})
show(frame.sample(20).to_numpy(), frame['x'].shuffle().to_numpy())
"""),
    "dask": Program("dask", "`dask.array.random.random`, `default_rng()`", """
import dask, dask.array as da
dask.config.set(scheduler='synchronous')
show(da.random.random(8, chunks=4).compute(), da.random.default_rng().random(8, chunks=4).compute())
"""),
    "numba": Program("numba", "`np.random` in compiled code", """
import numba, numpy as np
@numba.njit
def draw():
    return np.random.rand(), np.random.normal()
show(draw())
"""),
    "networkx": Program("networkx", "random graphs, `spring_layout`", """
import networkx as nx
show(sorted(nx.gnp_random_graph(12, 0.3).edges), list(nx.spring_layout(nx.path_graph(5)).values()))
"""),
    "scikit-image": Program("scikit-image", "`random_noise`, `random_shapes`", """
import numpy as np, skimage
show(skimage.util.random_noise(np.ones((8, 8)) / 2), skimage.draw.random_shapes((32, 32), max_shapes=3)[0])
"""),
    "opencv": Program("opencv-python-headless", "`kmeans`, `randu`", DATA + """
import cv2
end = (cv2.TERM_CRITERIA_MAX_ITER, 1, 0)
show(cv2.randu(np.zeros((3, 3)), 0, 1), cv2.kmeans(X.astype('float32'), 7, None, end, 1, cv2.KMEANS_RANDOM_CENTERS)[2])
"""),
    "seaborn": Program("seaborn", "confidence bands", DATA + """
import matplotlib
matplotlib.use('agg')
import pandas as pd, seaborn as sns
axes = sns.lineplot(data=pd.DataFrame({'x': y, 'y': X[:, 0]}), x='x', y='y')
show(axes.collections[0].get_paths()[0].vertices)
"""),
    "statsmodels": Program("statsmodels", "`ArmaProcess.generate_sample`, `MICEData`", DATA + """
import pandas as pd
from statsmodels.imputation.mice import MICEData
from statsmodels.tsa.arima_process import ArmaProcess
frame = pd.DataFrame(X, columns=list('abcd'))
frame.loc[::7, 'a'] = np.nan
mice = MICEData(frame)
mice.update_all()
show(ArmaProcess().generate_sample(5), mice.data.to_numpy())
"""),
    "simpy": Program("simpy", "waiting times from `random`", """
import random, simpy
times = []
def arrive(environment):
    for _ in range(5):
        yield environment.timeout(random.expovariate(1))
        times.append(environment.now)
environment = simpy.Environment()
environment.process(arrive(environment))
environment.run()
show(times)
"""),
    "mesa": Program("mesa", "`Model().random`, `Model().rng`", """
import mesa
model = mesa.Model()
show(model.random.random(), model.rng.random(3))
"""),
    "deap": Program("deap", "`mutGaussian`", """
import random
from deap import tools
show([tools.mutGaussian([0.0] * 5, 0, 1, 0.5) for _ in range(5)])
"""),
    "faker": Program("faker", "`Faker().name()`", """
from faker import Faker
fake = Faker()
show([fake.name() for _ in range(5)])
"""),
    "gensim": Program("gensim", "`LdaModel`", """
import gensim
texts = [[f'w{(i * j) % 17}' for j in range(9)] for i in range(20)]
words = gensim.corpora.Dictionary(texts)
bags = [words.doc2bow(text) for text in texts]
show(gensim.models.LdaModel(bags, num_topics=3, iterations=2).get_topics())
"""),
    "gensim-word2vec": Program("gensim", "`Word2Vec`", """
import gensim
texts = [[f'w{(i * j) % 17}' for j in range(9)] for i in range(20)]
show(gensim.models.Word2Vec(texts, vector_size=8, min_count=1, workers=1).wv.vectors)
"""),
    "nltk": Program("nltk", "`MLE.generate`", """
import nltk
from nltk.lm import MLE
from nltk.lm.preprocessing import padded_everygram_pipeline
texts = [[f'w{(i * j) % 17}' for j in range(9)] for i in range(20)]
model = MLE(2)
model.fit(*padded_everygram_pipeline(2, texts))
show(model.generate(30))
"""),
}  # fmt: skip
