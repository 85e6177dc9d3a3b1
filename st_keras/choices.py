"""The names that settings and flags choose among: plain data, there before Keras is imported."""

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
OBJECTIVES = ("reference", "exact")  # of SlowVAE
LIKELIHOODS = ("bernoulli", "gaussian")
REMATS = ("step", "segment")
SAMPLINGS = ("reverse", "scheduled", "teacher_forcing")
TRANSFORMS = (  # of frames, by `st_keras.layers.build_transform`
    "none",
    "rain-rate",
    "reflectivity",
    "log",
    "asinh",
    "sqrt",
    "quantile",
    "standardise",
)
LOSSES = ("mse", "mae", "huber", "balanced", "soft-csi")  # by `st_keras.losses.build_loss`
DECISIONS = ("csi", "matched", "median", "mean")  # one field out of a distribution of rain
RESIDUALS = ("unet", "predrnn", "modernn")  # what a `Nowcaster` learns with
STRATEGIES = ("auto", "one_device", "mirrored", "multi_worker")
SCALES = ("tiny", "small")  # of a published recipe, for a CPU
WEIGHTS_DTYPES = ("float32", "float16")  # of a preset's file
SEARCH_SCORES = ("mcc", "udr")  # of a search among SlowVAEs
CODE_PROTOCOLS = ("quick", "reference")  # how many samples the scores of codes take
FRAME_PROTOCOLS = ("thuml", "openstl", "sevir", "st-keras-v1")  # what is scored of frames, and how
RADAR_COLOURS = ("radar", "radar-safe")  # of pictures; the second without red against green
