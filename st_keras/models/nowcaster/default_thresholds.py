"""The thresholds that a `Nowcaster` forecasts, and what each weighs in its loss."""

DEFAULT_THRESHOLDS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.5, 5.0, 10.0)  # mm/h
DEFAULT_WEIGHTS = (0.5, 1.0, 1.5, 2.0, 2.5, 2.5, 3.0, 3.0)
