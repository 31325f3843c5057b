"""Programs for docs/support.md: deep learning."""

from __future__ import annotations

from tests.support.program import DATA, Program

PROGRAMS = {
    "torch": Program("torch", "initial weights, dropout, `randperm`", """
import torch
show(torch.nn.Linear(3, 2).weight.detach().numpy(), torch.nn.functional.dropout(torch.ones(64)).numpy(), torch.randperm(9).numpy())
"""),
    "torch-loader": Program("torch numpy", "a `DataLoader` with two workers whose data set draws from torch, NumPy and `default_rng()`", """
import numpy as np
import torch
class Noise:
    def __len__(self):
        return 16
    def __getitem__(self, index):
        return index + torch.rand(1).item(), np.random.rand(), np.random.default_rng().random()
show([part.numpy() for batch in torch.utils.data.DataLoader(Noise(), batch_size=4, shuffle=True, num_workers=2) for part in batch])
""", "workers"),
    "torchvision": Program("torchvision torch", "random transforms", """
import torch, torchvision
show(torchvision.transforms.v2.RandomResizedCrop(4)(torch.arange(192.0).reshape(3, 8, 8)).numpy())
"""),
    "tensorflow": Program("tensorflow-cpu", "`tf.random.uniform`, `Dataset.shuffle`, `get_global_generator()`", """
import tensorflow as tf
show(tf.random.uniform((3,)).numpy(), [int(x) for x in tf.data.Dataset.range(32).shuffle(32)])
show(tf.random.get_global_generator().uniform((3,)).numpy())
"""),
    "keras": Program("keras", "`fit` of a model with dropout", DATA + """
import keras
model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
model.compile(loss='mse')
model.fit(X, y, epochs=1, verbose=0)
show(model.predict(X, verbose=0))
"""),
    "jax": Program("jax", "`jax.random.key(0)`: keys are data", """
import jax
show(jax.random.uniform(jax.random.key(0), (3,)))
"""),
    "transformers": Program("transformers", "initial weights of a model", """
import transformers
config = transformers.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=16)
show(transformers.BertModel(config).embeddings.word_embeddings.weight.detach().numpy())
"""),
    "transformers-trainer": Program("transformers accelerate", "what is drawn after `Trainer(…)` is made", """
import tempfile, torch, transformers
model = torch.nn.Linear(2, 2)
trainer = transformers.Trainer(model, transformers.TrainingArguments(tempfile.mkdtemp(), use_cpu=True, report_to=[]))
show(torch.rand(3).numpy())
"""),
    "datasets": Program("datasets", "`shuffle()`, `train_test_split()`", """
import datasets
data = datasets.Dataset.from_dict({'x': list(range(64))})
show(data.shuffle()['x'][:], data.train_test_split()['train']['x'][:])
"""),
    "pytorch-tabnet": Program("pytorch-tabnet torch", "what is drawn after `TabNetRegressor()` is made", """
import torch
from pytorch_tabnet.tab_model import TabNetRegressor
model = TabNetRegressor(verbose=0)
show(torch.rand(3).numpy())
"""),
    "stable-baselines3": Program("stable-baselines3 gymnasium torch", "`PPO.learn`", """
import gymnasium, stable_baselines3
model = stable_baselines3.PPO('MlpPolicy', gymnasium.make('CartPole-v1'), device='cpu', n_steps=32, batch_size=32)
model.learn(64)
show([weights.detach().numpy() for weights in model.policy.parameters()])
"""),
    "lightning": Program("lightning", "`Trainer.fit`", """
import lightning, torch, logging, warnings
warnings.simplefilter('ignore')
logging.getLogger('lightning.pytorch').setLevel(logging.ERROR)
class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def training_step(self, batch, index):
        return torch.nn.functional.dropout(self.layer(batch)).sum()
    def validation_step(self, batch, index):
        torch.rand(1)
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)
loader = torch.utils.data.DataLoader(torch.arange(32.0).reshape(16, 2), batch_size=4, shuffle=True)
model = Model()
quiet = dict.fromkeys(['logger', 'enable_checkpointing', 'enable_progress_bar', 'enable_model_summary'], False)
lightning.Trainer(accelerator='cpu', max_epochs=1, **quiet).fit(model, loader, torch.utils.data.DataLoader([1, 2]))
show(model.layer.weight.detach().numpy())
"""),
}  # fmt: skip
