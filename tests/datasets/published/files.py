"""Miniature files, written exactly as the published ones are."""

import csv
import datetime

import h5py
import numpy as np
import tensorflow as tf


def random_bytes(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, "uint8")


def write_clips(path, sequences, compressed=False, **changes):
    """An npz of the PredRNN code; `sequences` (N, 20, 64, 64) in [0, 1]."""
    count, length, height, width = sequences.shape
    starts = np.arange(count) * length
    half = np.full(count, length // 2)
    content = {
        "clips": np.stack([np.stack([starts, half], 1), np.stack([starts + half, half], 1)]),
        "dims": np.array([[1, height, width]], "int32"),
        "input_raw_data": sequences.reshape(-1, 1, height, width).astype("float32"),
        **changes,
    }
    (np.savez_compressed if compressed else np.savez)(path, **content)


def write_tfds(folder, name, features, examples, split="train", version="1.0.0"):
    """A dataset as TensorFlow Datasets prepares it."""
    import tensorflow_datasets as tfds

    # The first axis is time, and videos may differ in length.
    signature = {
        key: tf.TensorSpec([None, *value.shape[1:]] if value.ndim else [], value.dtype)
        for key, value in examples[0].items()
    }
    data = tf.data.Dataset.from_generator(lambda: iter(examples), output_signature=signature)
    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version=version,
        features=features,
        split_datasets={split: data},
        data_dir=folder,
        disable_shuffling=True,
    )


def softmotion_record(main, aux, actions):
    """A record of BAIR robot pushing: frames (T, 64, 64, 3) of two cameras, actions (T, 4)."""
    features = {}
    for t, action in enumerate(actions):
        features[f"{t}/action"] = _floats(action)
        features[f"{t}/endeffector_pos"] = _floats(np.zeros(3))
        features[f"{t}/image_main/encoded"] = _bytes(main[t].tobytes())
        features[f"{t}/image_aux1/encoded"] = _bytes(aux[t].tobytes())
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def write_records(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)


def _floats(values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def _bytes(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


OFFSETS = ":".join(str(minute) for minute in range(-120, 125, 5))


def write_sevir(folder, events, changes=()):
    """A folder of SEVIR; `events` are (year, index, id, time_utc, pct_missing, (H, W, T))."""
    by_file = {}
    for year, *event in events:
        by_file.setdefault(f"vil/{year}/SEVIR_VIL_STORMEVENTS_{year}.h5", []).append(event)
    rows = []
    for name, own in by_file.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as file:
            file["id"] = np.array([event[1].encode() for event in own], "S16")
            file.create_dataset("vil", data=np.stack([event[4] for event in own]), chunks=True)
        for index, event_id, time, missing, _ in own:
            of_file = {"id": event_id, "file_name": name, "file_index": index, "img_type": "vil"}
            of_event = {"time_utc": time, "minute_offsets": OFFSETS, "pct_missing": missing}
            rows.append({**of_file, **of_event, "data_min": 0})
            rows.append({**rows[-1], "img_type": "ir069", "file_name": "ir069/none.h5"})
    rows = [{**row, **dict(changes)} for row in rows]
    with open(folder / "CATALOG.csv", "w", newline="") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def taxi_slots(first, days, without=()):
    """Slots of whole days, but for some, as TaxiBJ writes them."""
    start = datetime.date.fromisoformat(first)
    names = [
        f"{start + datetime.timedelta(day):%Y%m%d}{slot:02}".encode()
        for day in range(days)
        for slot in range(1, 49)
    ]
    return [name for name in names if name not in without]


def write_taxibj(path, slots, data=None):
    data = random_bytes(len(slots), 2, 4, 6).astype("float64") if data is None else data
    with h5py.File(path, "w") as file:
        file["data"] = data
        file["date"] = np.array(slots, "S10")
    return data
