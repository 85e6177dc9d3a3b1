"""The forecast that what rains moves on as it did."""

from st_keras.baselines.decibels import decibels, rates_of
from st_keras.baselines.motion import motion_of
from st_keras.baselines.pysteps_module import pysteps_module
from st_keras.baselines.pysteps_nowcast import PystepsNowcast


class Extrapolation(PystepsNowcast):
    """Move the last frame along the motion of the context: pysteps' `extrapolation`.

    Lucas-Kanade motion of all pairs of context frames in dB (below 0.1 mm/h: -15 dB), then
    semi-Lagrangian extrapolation of the last frame: Pulkkinen et al. (2019), "Pysteps: an
    open-source Python library for probabilistic precipitation nowcasting (v1.0)". This is what the
    protocol "radar-60min-v1" calls "extrapolation".

    Where a scan is missing: motion is that of the longest run of frames with data; the last frame
    with data is moved on for so many steps more. Where there is no rain, or only one frame, nothing
    moves. Wholly missing contexts have a forecast of NaN.

    Args:
        tuned: bool. True: motion with a search window of 12 x 12 pixels, features 5 pixels apart
            and vectors averaged within 5 pixels, and the field interpolated in mm/h. Default False:
            pysteps' settings (50 x 50, 10, 20), in dB.
        units: str, of the frames: "mm/h" (default), "kg m-2 s-1" or "dBZ".
        zr: tuple (a, b), of frames in dBZ: Z = a R^b. Default (200, 1.6). There, what is dry is
            forecast as the lowest value of the context.
        fill: float, what stands where the air came from outside the frame. Default None: NaN.

    Raises:
        ValueError: without pysteps or OpenCV (extra [radar]), or for units that are none of rain.

    Example (it needs the extra [radar]):

        nowcast = Extrapolation(tuned=True, fill=0.0)
        forecast = nowcast.forecast(context, horizon=12)  # (N, 12, H, W, 1), mm/h
    """

    def of_field(self, rates, steps):
        """Forecast one field, as `RainNowcast.of_field`."""
        fields = decibels(rates)
        motion = motion_of(self.where, fields, self.tuned)
        if self.tuned:
            return moved(self.where, rates[-1], motion, steps)
        return rates_of(moved(self.where, fields[-1], motion, steps))


def moved(where, field, motion, steps):
    """Return a field (H, W), moved on for 1 to `steps` steps: (steps, H, W), NaN outside."""
    extrapolate = pysteps_module(where, "pysteps.nowcasts.extrapolation").forecast
    return extrapolate(field, motion, steps)
