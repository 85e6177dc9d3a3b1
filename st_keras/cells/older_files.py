"""Weights of version 0.1, which had a kernel for each input of a gate, read into those of today.

Keras walks through the layers of a model and asks each to load what lies in the file under its own
path. A cell is asked before the layers in it: so that is where what lies below it is rearranged.
"""

import numpy as np

from st_keras.private_api import entry_path


def load_older_st_lstm(store, cell):
    """Return a store in which an ST-LSTM cell of today finds what version 0.1 saved.

    Args:
        store: what Keras gives `load_own_variables`.
        cell: `SpatioTemporalLSTMCell`, whose gates say what they need.
    """

    def rearranged(old):
        norms = {f"{name}_norm": place for place, name in enumerate(_NORMS)}
        names = ("input_conv", "recurrent_conv", "memory_conv", "action_conv")
        new = {k: v for k, v in old.items() if k.split("/")[0] not in (*names, "norms")}
        if hasattr(cell.gates, "temporal"):
            x, h, m = (old[f"{name}/vars/0"] for name in names[:3])
            F = h.shape[-1] // 4
            of_c = np.concatenate([x[..., : 3 * F], x[..., 6 * F :]], axis=-1)
            new["gates/temporal/vars/0"] = np.concatenate([of_c, h], axis=2)
            new["gates/spatiotemporal/vars/0"] = np.concatenate([x[..., 3 * F : 6 * F], m], axis=2)
            if "input_conv/vars/1" in old:
                x, h, m = (old[f"{name}/vars/1"] for name in names[:3])
                new["gates/temporal/vars/1"] = np.concatenate([x[: 3 * F], x[6 * F :]]) + h
                new["gates/spatiotemporal/vars/1"] = x[3 * F : 6 * F] + m
            return new
        new |= {f"gates/{k}": v for k, v in old.items() if k.split("/")[0] in names}
        for name, place in norms.items():
            number = f"_{place}" if place else ""
            for k in "01":
                old_name = f"norms/layer_normalization{number}/vars/{k}"
                if old_name in old:
                    where = name if name == "output_norm" else f"gates/{name}"
                    new[f"{where}/vars/{k}"] = old[old_name]
        return new

    return _rearranged(store, "input_conv", rearranged)


def load_older_conv_lstm(store):
    """Return a store in which a ConvLSTM cell of today finds what version 0.1 saved."""

    def rearranged(old):
        kernels = [old[f"{name}/vars/0"] for name in ("input_conv", "recurrent_conv")]
        return {
            "gates/vars/0": np.concatenate(kernels, axis=2),
            "gates/vars/1": old["input_conv/vars/1"],
        }

    return _rearranged(store, "input_conv", rearranged)


def load_older_mode_cell(store, cell):
    """Return a store in which a ModeCell of today finds what version 0.1 saved.

    Args:
        store: what Keras gives `load_own_variables`.
        cell: `ModeCell`.
    """

    def rearranged(old):
        changed = ("fusions", "norms", "vars")
        new = {k: v for k, v in old.items() if k.split("/")[0] not in changed}

        def pairs(name):
            return [old[f"fusions/slot_fusion{number}/{name}"] for number in ("", "_1")]

        def stacked(names):
            parts = [np.concatenate(each, axis=-1) for each in zip(*map(pairs, names), strict=True)]
            return np.stack([part.reshape(-1, part.shape[-1]) for part in parts])

        slots = [f"_{s}" if s else "" for s in range(cell.num_slots)]
        layers = ["context/first", "context/norm", "context/last"]
        own = [stacked([f"{layer}/vars/{k}"]) for layer in layers for k in "01"]
        names = [*(f"importance/dense{s}" for s in slots), "skip_importance"]
        own += [stacked([f"{name}/vars/{k}" for name in names]) for k in "01"]
        new |= {f"fusion/vars/{place}": array for place, array in enumerate(own)}
        convs = {"position": "context/position", "skip_conv": "skip_conv"}
        convs |= {f"slot_convs/conv2d{s}": f"slot_convs/conv2d{s}" for s in slots}
        for name, old_name in convs.items():
            for k in "01":
                new[f"fusion/{name}/vars/{k}"] = np.concatenate(
                    pairs(f"{old_name}/vars/{k}"), axis=-1
                )
        norms = [f"norms/layer_normalization{n}/vars/{k}" for n in ("", "_1") for k in "01"]
        of_cell = [old[name] for name in (*norms, "vars/0") if name in old]
        return new | {f"vars/{place}": array for place, array in enumerate(of_cell)}

    return _rearranged(store, "fusions", rearranged)


# The layer norms of version 0.1, in the order in which it made them.
_NORMS = ("input", "recurrent", "memory", "output", "action")


def _rearranged(store, old_name, rearrange):
    """Return the store as it is, or one over a copy of the file if that is an older one.

    Args:
        store: what Keras gives `load_own_variables` of a cell.
        old_name: str, a layer below the cell that only older files have.
        rearrange: function of {path below the cell: array} to the same of today.
    """
    path = entry_path(store)
    if path is None or f"{path}/{old_name}" not in store.h5_file:
        return store
    old = _arrays(store, path)
    store.h5_file = _copy_in_memory(store.h5_file)
    del store.h5_file[path]
    for name, array in rearrange(old).items():
        store.h5_file[f"{path}/{name}"] = array
    return store.get(path)


def _arrays(store, path):
    names = []
    store.h5_file[path].visititems(
        lambda name, item: names.append(name) if hasattr(item, "dtype") else None
    )
    arrays = {}
    for name in names:
        layer, _, variable = f"{path}/{name}".rpartition("/vars/")
        array = store.get(layer)[variable]  # through the store, which knows of bfloat16
        arrays[name] = np.asarray(array, "float32")
    return arrays


def _copy_in_memory(file):
    if file.driver == "core":  # a cell before this one has copied it
        return file
    copy = type(file)("older_file", "w", driver="core", backing_store=False)
    for name in file:
        file.copy(name, copy)
    file.close()
    return copy
