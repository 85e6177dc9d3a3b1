"""Named ways to score forecasts of frames: which scores, and what each does to the frames.

Numbers of two protocols are not comparable. The name stands beside every number.
"""

import dataclasses

from st_keras.validation import check_one_of

GREY_LEVELS = (0.0, 255.0)
_OURS = "ours: the code prints none"


@dataclasses.dataclass(frozen=True)
class FrameProtocol:
    """How forecasts of frames are scored.

    Sums over sequences come first, at each lead time; a score of those; then the plain mean over
    lead times, or with `lead_times="together"` the score of the sums over lead times too.

    Attributes:
        name: str.
        source: str. Whose numbers these are.
        scores: tuple of (score, scaling): a name of `st_keras.metrics.scores_by_name` and which row
            of `st_keras.metrics.video.PROTOCOLS` scales the frames for it.
        lead_times: "mean" or "together".
        thresholds: tuple of floats, in the values of the frames, of the critical success index: a
            value that reaches it is an event. Default: none.
        pools: tuple of ints: sides, in pixels, of the squares whose largest value counts instead,
            side by side; 1 is none. Default (1,).
        value_range: (black, white) of the frames; None, the default: that of the data.
        windows: (context frames, forecast frames) of the published numbers; None, the default:
            they differ from data set to data set.
        image_size: (H, W) of the published numbers; None, the default: the same.
        split: str. Which sequences are scored.
        lpips: str. How frames enter LPIPS, a key of `LPIPS.protocols`.
        remarks: tuple of (score, words), where the source prints something else, or nothing.
    """

    name: str
    source: str
    scores: tuple
    lead_times: str = "mean"
    thresholds: tuple = ()
    pools: tuple = (1,)
    value_range: tuple | None = None
    windows: tuple | None = None
    image_size: tuple | None = None
    split: str = "sequences that training did not see: the test part of the run, or other data"
    lpips: str = "openstl"
    remarks: tuple = ()

    def not_as_published(self, context_length, horizon, image_size):
        """Return a sentence where windows or frames differ from the published ones, else "".

        Args:
            context_length, horizon: ints.
            image_size: (H, W).

        Example:
        >>> FRAME_PROTOCOLS["sevir"].not_as_published(7, 6, (384, 384))
        'Published with 13 -> 12 frames, here 7 -> 6: not comparable with published numbers.'
        """
        other = []
        if self.windows not in (None, (context_length, horizon)):
            other.append(
                f"{self.windows[0]} -> {self.windows[1]} frames, here {context_length} -> {horizon}"
            )
        if self.image_size not in (None, tuple(image_size)):
            sizes = (" x ".join(map(str, size)) for size in (self.image_size, image_size))
            other.append("{} pixels, here {}".format(*sizes))
        if not other:
            return ""
        return f"Published with {'; '.join(other)}: not comparable with published numbers."


FRAME_PROTOCOLS = {
    protocol.name: protocol
    for protocol in [
        # Predictions are clipped for the MSE; SSIM and PSNR are of bytes. The MAE is that of the
        # TensorFlow ancestor; LPIPS is given images in [0, 1], where the network expects [-1, 1].
        FrameProtocol(
            name="thuml",
            source="the PredRNN authors' code, predrnn-pytorch core/trainer.py",
            scores=tuple((s, "thuml") for s in ("mse", "mae", "ssim", "psnr", "psnr_of_mse")),
            lpips="thuml",
            remarks=(
                ("mse", "mean over lead times, of which the code prints the sum"),
                ("mae", "the code prints none; published ones are of its TensorFlow ancestor"),
                ("psnr_of_mse", _OURS),
            ),
        ),
        # Nothing is clipped for the MSE; SSIM takes the data range 2, which inflates it.
        FrameProtocol(
            name="openstl",
            source="OpenSTL v1.0, openstl/core/metrics.py, with scikit-image <= 0.19.3",
            scores=tuple((s, "openstl") for s in ("mse", "mae", "ssim", "psnr", "psnr_of_mse")),
            remarks=(("psnr_of_mse", _OURS),),
        ),
        # The CSI of the published codes is that of sums over all pixels, sequences and lead times;
        # a table without events counts 0 there, here it has no score.
        FrameProtocol(
            name="sevir",
            source="SEVIR's VIL as Earthformer (NeurIPS 2022) scores it, pooled as PreDiff does",
            scores=(("rmse", "float"),),
            lead_times="together",
            thresholds=(16.0, 74.0, 133.0, 160.0, 181.0, 219.0),
            pools=(1, 4, 16),
            value_range=GREY_LEVELS,
            windows=(13, 12),
            image_size=(384, 384),
            split="the test part of the run, or other data; in papers storms from 2019-06-01 on",
            remarks=(("rmse", "ours: Earthformer's code prints the MSE and the MAE"),),
        ),
        # Float frames throughout, and each score where its definition says: errors of what was
        # forecast, similarities of what can be shown, clipped to black and white.
        FrameProtocol(
            name="st-keras-v1",
            source="st_keras, float frames throughout",
            scores=(
                ("mse", "float"),
                ("mae", "float"),
                ("rmse", "float"),
                ("ssim", "gaussian"),
                ("psnr_of_mse", "openstl"),
            ),
        ),
    ]
}


def frame_protocol_of(where, protocol):
    """Return a protocol by its name, or the `FrameProtocol` itself.

    Raises:
        ValueError: for a name that none has.
    """
    if isinstance(protocol, FrameProtocol):
        return protocol
    return FRAME_PROTOCOLS[check_one_of(where, "protocol", protocol, FRAME_PROTOCOLS)]
