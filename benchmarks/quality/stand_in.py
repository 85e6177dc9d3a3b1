"""PyTorch's stand-in and the published recipe of PredRNN-V2, for `learner`."""

import os
import statistics
import time

import numpy as np
import torch

from benchmarks.quality.learner import CONTEXT, FRAMES
from benchmarks.torch_predrnn import TorchPredRNN
from st_keras.cli.pacing import batches_within
from st_keras.datasets import MovingDigits
from st_keras.models.predrnn.presets import RECIPES
from st_keras.training import build_sampling

_RECIPE = "moving_mnist"
_TIMED = 5


def prepare(asked):
    """Return the learner, whose schedule is scaled to the batches that there is time for."""
    probe = StandIn(asked, steps=RECIPES[_RECIPE]["steps"])
    seconds = []
    for _ in range(_TIMED):
        begin = time.perf_counter()
        probe.update()
        seconds.append(time.perf_counter() - begin)
    steps = batches_within(asked["minutes"], statistics.median(seconds))
    return StandIn(asked, min(steps, RECIPES[_RECIPE]["steps"]))


class StandIn:
    """`TorchPredRNN` under Adam, with reverse scheduled sampling and a second, reversed pass."""

    def __init__(self, asked, steps):
        torch.set_num_threads(os.cpu_count())
        torch.manual_seed(asked["seed"])
        self.recipe = RECIPES[_RECIPE]
        self.patch = int(asked["patch_size"])
        filters = tuple(int(each) for each in asked["filters"].split(","))
        self.model = TorchPredRNN(self.patch**2, filters, int(asked["kernel_size"]))
        rate, epsilon = self.recipe["learning_rate"], self.recipe["epsilon"]
        self.optimizer = torch.optim.Adam(self.model.parameters(), rate, eps=epsilon)
        self.sampling = build_sampling(self.recipe["sampling"], _RECIPE, steps)
        self.random = np.random.default_rng(asked["seed"])
        self._digits = {
            split: MovingDigits(asked["data"], split, seed=seed, num_frames=FRAMES)
            for split, seed in (("train", asked["seed"]), ("test", 0))
        }
        self.batches = self.updates = 0

    def update(self):
        """Train on one batch, forward and reversed."""
        size = self.recipe["batch_size"]
        frames = self._digits["train"].sequences(self.batches * size, size)
        for seen in (frames, frames[:, ::-1]):
            patches = torch.tensor(_patched(seen, self.patch))
            p = np.asarray(self.sampling.probabilities(self.batches, CONTEXT, FRAMES - 1))
            observed = torch.tensor((self.random.random((size, FRAMES - 1)) < p).astype("float32"))
            self.optimizer.zero_grad()
            self.model.loss(patches, observed, self.recipe["decoupling_weight"]).backward()
            self.optimizer.step()
            self.updates += 1
        self.batches += 1

    def test_sequences(self, count):
        """Array (count, T, H, W, 1) of digits that are in no training."""
        return self._digits["test"].sequences(0, count)

    def forecast(self, context):
        """As many frames as the context has."""
        count, length, height, width, _ = context.shape
        frames = np.concatenate([context, np.zeros_like(context)], axis=1)
        observed = torch.ones((count, 2 * length - 1))
        observed[:, length:] = 0.0
        with torch.no_grad():
            predictions, _ = self.model(torch.tensor(_patched(frames, self.patch)), observed)
        found = predictions[:, length - 1 :].numpy()
        shape = (count, length, height // self.patch, width // self.patch, self.patch, self.patch)
        return found.reshape(shape).transpose(0, 1, 2, 4, 3, 5).reshape(context.shape)


def _patched(frames, p):
    batch, length, height, width, _ = frames.shape
    x = frames.reshape(batch, length, height // p, p, width // p, p).transpose(0, 1, 2, 4, 3, 5)
    return np.ascontiguousarray(x.reshape(batch, length, height // p, width // p, p * p))
