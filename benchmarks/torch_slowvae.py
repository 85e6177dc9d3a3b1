"""SlowVAE in PyTorch's customary eager style: the peer that ours is timed against.

Written from the published architecture and loss; `tests/benchmarks` checks it against the golden
values of the reference code. Weights have the reference's names.
"""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional


class TorchSlowVAE(nn.Module):
    """Encoder, decoder and objective for one-channel 64x64 images, pairs in rows 2j and 2j+1."""

    def __init__(self, latent_size=10, beta=1.0, gamma=10.0, rate=6.0):
        super().__init__()
        self.latent_size, self.beta, self.gamma, self.rate = latent_size, beta, gamma, rate
        maps = (1, 32, 32, 64, 64)
        encoder = []
        for before, after in itertools.pairwise(maps):
            encoder += [nn.Conv2d(before, after, 4, 2, 1), nn.ReLU(True)]
        encoder += [nn.Conv2d(64, 256, 4), nn.ReLU(True), nn.Flatten()]
        self.encoder = nn.Sequential(*encoder, nn.Linear(256, 2 * latent_size))
        # The reference's encoder has its dense layer one place later, after a reshape.
        decoder = [nn.Linear(latent_size, 256), nn.Unflatten(1, (256, 1, 1)), nn.ReLU(True)]
        decoder += [nn.ConvTranspose2d(256, 64, 4), nn.ReLU(True)]
        for before, after in zip(maps[:0:-1], maps[-2::-1], strict=True):
            decoder += [nn.ConvTranspose2d(before, after, 4, 2, 1), nn.ReLU(True)]
        self.decoder = nn.Sequential(*decoder[:-1])

    def terms(self, images, noise):
        """Return the loss and its terms as the released code computes them."""
        count = len(images)
        moments = self.encoder(images)
        mean, log_var = moments[:, : self.latent_size], moments[:, self.latent_size :]
        logits = self.decoder(mean + torch.exp(0.5 * log_var) * noise)
        reconstruction = (
            functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / count
        )
        entropy = 0.5 * (log_var + math.log(2 * math.pi) + 1).sum(1).mean()
        normal = 0.5 * (mean**2 + log_var.exp() + math.log(2 * math.pi)).sum(1).mean()
        first, second = mean[0::2], mean[1::2]
        laplace = self._laplace(first, log_var[0::2], second)
        laplace = (laplace + self._laplace(second, log_var[1::2], first)).sum(1).mean()
        loss = (
            2 * reconstruction + self.beta * (normal - entropy) + self.gamma * (laplace - entropy)
        )
        return {
            "loss": loss,
            "reconstruction": reconstruction,
            "normal_entropy": entropy,
            "cross_entropy_normal": normal,
            "cross_entropy_laplace": laplace,
        }

    def _laplace(self, mean, log_var, location):
        deviation, distance = torch.exp(0.5 * log_var), mean - location
        ratio = distance / deviation
        near = deviation * math.sqrt(2 / math.pi) * torch.exp(-0.5 * ratio**2)
        far = distance * torch.erf(ratio / math.sqrt(2))
        return self.rate * (near + far) - math.log(self.rate / 2)
