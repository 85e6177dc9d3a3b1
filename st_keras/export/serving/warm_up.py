"""Replay the requests that an export has for TF Serving's warm-up."""

import tensorflow as tf

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.tensor_proto import read_tensor
from st_keras.validation import error

FILE = "assets.extra/tf_serving_warmup_requests"
LARGEST = 2**31  # values; the file is the owner's own


def warm_up(model, folder):
    """Compute all warm-up requests of a SavedModel.

    Args:
        model: `ServedModel`.
        folder: `pathlib.Path` of its SavedModel.

    Returns:
        int, how many there were; 0 where the export has none.

    Raises:
        ValueError: if the file is damaged, or the model refuses a request.
    """
    path = folder / FILE
    if not path.is_file():
        return 0
    where = "st-keras serve"
    api, count = require_serving_api(where), 0
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            request = api.PredictionLog.FromString(record.numpy()).predict_log.request
            inputs = {
                name: read_tensor(f"input {name!r}", proto, LARGEST)
                for name, proto in request.inputs.items()
            }
            model.predict(request.model_spec.signature_name, inputs)
            count += 1
    except (tf.errors.OpError, api.DecodeError, ValueError, CallError) as reason:
        raise error(
            where,
            f"warm-up request {count + 1} of {str(path)!r}, which fails ({str(reason)[:300]})",
            "requests that the model answers",
            "Export the model anew, or remove the file.",
        ) from reason
    return count
