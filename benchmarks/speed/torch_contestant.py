"""PyTorch's stand-in: the same networks in its customary style, eager or by `torch.compile`."""

import contextlib
import os

import numpy as np
import torch

from benchmarks.speed.contestant import COMPILED_PEER
from benchmarks.speed.frames import random_frames
from benchmarks.torch_predrnn import TorchPredRNN
from benchmarks.torch_slowvae import TorchSlowVAE

LEARNING_RATE = 1e-4
AUTOCAST = {"mixed_bfloat16": torch.bfloat16, "mixed_float16": torch.float16}


def prepare(contestant, options):
    """Return the function of one call, which waits for its end."""
    torch.set_num_threads(os.cpu_count())
    # Where ours runs.
    device = "cuda" if options.device == "gpu" else "cpu"
    frames = random_frames(options, contestant.model, contestant.mode)
    compiled = torch.compile if contestant.by == COMPILED_PEER else lambda function: function
    if contestant.model == "slowvae":
        return _slowvae(contestant, frames, device, compiled)
    patches = _patched(frames, options.patch)
    model = TorchPredRNN(
        patches.shape[-1],
        options.filters,
        options.kernel_size,
        decoupling=contestant.model == "predrnn_v2",
    ).to(device)
    # A time step, whose graph serves them all: that of a sequence takes minutes to compile.
    model.step = compiled(model.step)
    patches = torch.tensor(patches, device=device)
    if contestant.mode == "train":
        shape = (len(patches), options.frames - 1)

        def loss():
            mask = (torch.rand(shape, device=device) < 0.5).float()
            return model.loss(patches, mask)

        return _training_step(model, loss, contestant.policy, device)
    if contestant.mode == "step":
        return _stream(model, patches[:, 0], contestant.policy, device)
    mask = torch.ones((len(patches), options.frames - 1), device=device)
    if contestant.mode == "forecast":
        mask[:, options.frames // 2 :] = 0.0

    def call():
        with torch.no_grad(), _precision(contestant.policy, device):
            predictions, _ = model(patches, mask)
        return (
            predictions.float().cpu().numpy()
            if contestant.mode == "forecast"
            else _waited(predictions)
        )

    return call


def _slowvae(contestant, frames, device, compiled):
    model = TorchSlowVAE().to(device)
    images = torch.tensor(frames.reshape(-1, 1, *frames.shape[2:4]), device=device)
    if contestant.mode == "train":
        terms = compiled(model.terms)

        def loss():
            noise = torch.randn(len(images), model.latent_size, device=device)
            return terms(images, noise)["loss"]

        return _training_step(model, loss, contestant.policy, device)

    def reconstruct(images):
        mean = model.encoder(images)[:, : model.latent_size]
        return torch.sigmoid(model.decoder(mean))

    reconstruct = compiled(reconstruct)

    def call():
        with torch.no_grad(), _precision(contestant.policy, device):
            return _waited(reconstruct(images))

    return call


def _training_step(model, loss_of, policy, device):
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    # Half precision needs its loss scaled; otherwise the scaler does nothing.
    scaler = torch.amp.GradScaler(device, enabled=policy == "mixed_float16")

    def call():
        optimizer.zero_grad()
        with _precision(policy, device):
            loss = loss_of()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.item()

    return call


def _stream(model, patches, policy, device):
    x = patches.permute(0, 3, 1, 2).contiguous()
    states = model.initial_states(len(x), *x.shape[2:], device)

    def call():
        nonlocal states
        with torch.no_grad(), _precision(policy, device):
            prediction, states, _ = model.step(x, states)
        return prediction.float().cpu().numpy()

    return call


def _precision(policy, device):
    if policy == "float32":
        return contextlib.nullcontext()
    return torch.autocast(device, AUTOCAST[policy])


def _waited(tensor):
    return tensor.flatten()[0].item()


def _patched(frames, p):
    """The reference folds patches in NumPy, before the step."""
    batch, length, height, width, channels = frames.shape
    x = frames.reshape(batch, length, height // p, p, width // p, p, channels)
    x = np.transpose(x, (0, 1, 2, 4, 3, 5, 6))
    return np.ascontiguousarray(x.reshape(batch, length, height // p, width // p, -1))
