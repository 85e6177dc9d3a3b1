"""PredRNN V1 and V2 in PyTorch's customary eager style: the peer that ours is timed against.

Written from the published equations; `tests/benchmarks` checks it against the golden values of the
reference code. Weights have the reference's names. Maps are (B, C, H, W).
"""

import itertools

import torch
from torch import nn
from torch.nn import functional

FORGET_BIAS = 1.0


class TorchSpatioTemporalLSTMCell(nn.Module):
    """One step of the ST-LSTM; `st_keras.cells.SpatioTemporalLSTMCell` has the equations.

    Args:
        in_channels, filters, kernel_size: ints.
        norm_size: (H, W) of the maps if each convolution is layer-normalised. Default None.
    """

    def __init__(self, in_channels, filters, kernel_size=5, norm_size=None):
        super().__init__()

        def convolution(channels, gates):
            layers = [
                nn.Conv2d(
                    channels, gates * filters, kernel_size, padding=kernel_size // 2, bias=False
                )
            ]
            if norm_size:
                layers.append(nn.LayerNorm([gates * filters, *norm_size]))
            return nn.Sequential(*layers)

        self.filters = filters
        self.conv_x = convolution(in_channels, 7)
        self.conv_h = convolution(filters, 4)
        self.conv_m = convolution(filters, 3)
        self.conv_o = convolution(2 * filters, 1)
        self.conv_last = nn.Conv2d(2 * filters, filters, 1, bias=False)

    def forward(self, x, h, c, m):
        """Return `(h', c', m', delta_c, delta_m)`."""
        F = self.filters
        i_x, f_x, g_x, i_xm, f_xm, g_xm, o_x = torch.split(self.conv_x(x), F, dim=1)
        i_h, f_h, g_h, o_h = torch.split(self.conv_h(h), F, dim=1)
        i_m, f_m, g_m = torch.split(self.conv_m(m), F, dim=1)

        delta_c = torch.sigmoid(i_x + i_h) * torch.tanh(g_x + g_h)
        c = torch.sigmoid(f_x + f_h + FORGET_BIAS) * c + delta_c
        delta_m = torch.sigmoid(i_xm + i_m) * torch.tanh(g_xm + g_m)
        m = torch.sigmoid(f_xm + f_m + FORGET_BIAS) * m + delta_m

        memories = torch.cat([c, m], dim=1)
        o = torch.sigmoid(o_x + o_h + self.conv_o(memories))
        return o * torch.tanh(self.conv_last(memories)), c, m, delta_c, delta_m


class TorchPredRNN(nn.Module):
    """The network over patched frames, its loss, and one step of it.

    Args:
        frame_channels: int, channels of the patched frames.
        filters: tuple of equal ints, one per layer.
        kernel_size: odd int. Default 5.
        norm_size: (H, W) of the patched frames, for layer normalisation. Default None: without.
        decoupling: bool. True: V2, with the adapter. Default True.
    """

    def __init__(self, frame_channels, filters, kernel_size=5, norm_size=None, decoupling=True):
        super().__init__()
        self.filters = tuple(filters)
        widths = (frame_channels, *self.filters)
        self.cell_list = nn.ModuleList(
            TorchSpatioTemporalLSTMCell(before, after, kernel_size, norm_size)
            for before, after in itertools.pairwise(widths)
        )
        self.conv_last = nn.Conv2d(self.filters[-1], frame_channels, 1, bias=False)
        self.adapter = None
        if decoupling:
            self.adapter = nn.Conv2d(self.filters[0], self.filters[0], 1, bias=False)

    def initial_states(self, batch, height, width, device=None):
        """Return zeros `(h of each layer, c of each layer, m)` for maps of this size."""

        def zeros():
            return torch.zeros(batch, self.filters[0], height, width, device=device)

        return [zeros() for _ in self.filters], [zeros() for _ in self.filters], zeros()

    def step(self, x, states):
        """Return the prediction (B, C, H, W) of the next frame, the states, and all increments."""
        hs, cs, m = states
        new_hs, new_cs, increments = [], [], []
        for cell, h, c in zip(self.cell_list, hs, cs, strict=True):
            x, c, m, delta_c, delta_m = cell(x, h, c, m)
            new_hs.append(x)
            new_cs.append(c)
            increments.append((delta_c, delta_m))
        return self.conv_last(x), (new_hs, new_cs, m), increments

    def forward(self, frames, observed_mask, measure_decoupling=False):
        """Predict frame t+1 at each step t.

        Args:
            frames: (B, T, H, W, C), patched.
            observed_mask: (B, T-1), 1 = read the observed frame, 0 = the prediction.
            measure_decoupling: bool. Default False.

        Returns:
            `(predictions (B, T-1, H, W, C), decoupling)`; the latter 0.0 where it is not measured.
        """
        frames = frames.permute(0, 1, 4, 2, 3).contiguous()
        batch, length, _, height, width = frames.shape
        states = self.initial_states(batch, height, width, frames.device)
        predictions, similarities = [], []
        prediction = None
        for t in range(length - 1):
            x = frames[:, t]
            if t:
                observed = observed_mask[:, t].view(-1, 1, 1, 1)
                x = observed * x + (1 - observed) * prediction
            prediction, states, increments = self.step(x, states)
            predictions.append(prediction)
            if measure_decoupling:
                similarities += [self._similarity(*both) for both in increments]
        decoupling = torch.stack(similarities).mean() if similarities else 0.0
        return torch.stack(predictions, dim=1).permute(0, 1, 3, 4, 2).contiguous(), decoupling

    def loss(self, frames, observed_mask, decoupling_weight=0.1):
        """Return the MSE of all predictions, plus the weighted decoupling term of V2."""
        measure = self.adapter is not None
        predictions, decoupling = self(frames, observed_mask, measure)
        loss = functional.mse_loss(predictions, frames[:, 1:])
        return loss + decoupling_weight * decoupling if measure else loss

    def _similarity(self, delta_c, delta_m):
        c, m = (
            functional.normalize(self.adapter(delta).flatten(2), dim=2)
            for delta in (delta_c, delta_m)
        )
        return functional.cosine_similarity(c, m, dim=2).abs().mean()
