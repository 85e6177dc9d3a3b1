"""Chunks packed by Blosc, whose length is looked at before they are unpacked.

The library reads as many bytes as the chunk says it has, whether they are there or not: one that
was cut off unpacks to numbers that nobody wrote.
"""

import functools

# Of a chunk's header: 16 bytes, the last four of which say how long it is with them.
_HEADER = 16


def checked(store, arrays):
    """Return a store that refuses cut-off chunks of arrays packed by Blosc.

    Args:
        store: `zarr.abc.store.Store`.
        arrays: iterable of `zarr.Array` in it.

    Returns:
        A store that can be pickled; the same one, where no array is packed so.
    """
    folders = tuple(f"{array.path}/".lstrip("/") for array in arrays if _is_blosc(array))
    return _made(store, folders) if folders else store


def _is_blosc(array):
    # In shards the index says where an inner chunk ends.
    if getattr(array, "shards", None):
        return False
    metadata = array.metadata
    if metadata.zarr_format == 2:
        return getattr(metadata.compressor, "codec_id", "") == "blosc"
    return metadata.to_dict()["codecs"][-1]["name"] == "blosc"


def _made(store, folders):
    return _store_class()(store, folders)


@functools.cache
def _store_class():
    """Return the class: it is made when zarr is there."""
    from zarr.storage import WrapperStore

    class BloscChunks(WrapperStore):
        def __init__(self, store, folders=()):
            super().__init__(store)
            self.folders = folders

        def __reduce__(self):
            return _made, (self._store, self.folders)

        def _with_store(self, store):
            return _made(store, self.folders)

        async def get(self, key, prototype=None, byte_range=None):
            found = await super().get(key, prototype, byte_range)
            inside = any(key.startswith(folder) for folder in self.folders)
            if found is not None and byte_range is None and inside and not _is_metadata(key):
                _check_length(key, found.to_bytes())
            return found

    return BloscChunks


def _is_metadata(key):
    return key.rsplit("/", 1)[-1].startswith((".z", "zarr.json"))


def _check_length(key, chunk):
    said = int.from_bytes(chunk[12:_HEADER], "little")
    if len(chunk) < max(_HEADER, said):
        raise ValueError(f"chunk {key} has {len(chunk)} bytes of {max(_HEADER, said)}")
