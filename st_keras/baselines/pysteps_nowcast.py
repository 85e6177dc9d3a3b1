"""What the baselines of pysteps share."""

from st_keras.baselines.pysteps_module import pysteps_module
from st_keras.baselines.rain_nowcast import RainNowcast


class PystepsNowcast(RainNowcast):
    """A nowcast of rain rates by pysteps. A subclass says `of_field`.

    Args:
        tuned: bool. Whether motion is tracked by settings for coarse grids. Default False.
        units, zr, fill: see `RainNowcast`.

    Raises:
        ValueError: without pysteps or OpenCV.
    """

    def __init__(self, tuned=False, units="mm/h", zr=(200.0, 1.6), fill=None):
        super().__init__(units, zr, fill)
        self.tuned = bool(tuned)
        pysteps_module(self.where, "pysteps.nowcasts")  # refused here, not after the first hour
