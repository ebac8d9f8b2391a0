"""Tensors of a torch checkpoint in the old pickle form, read without torch and without running what it names."""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

_MAGIC = 0x1950A86A20F9469CFC6C
"""torch.serialization.MAGIC_NUMBER."""
_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8"), "HalfStorage": np.dtype("<f2")}


class _View(NamedTuple):
    """A tensor as the pickle says it: a strided view of a storage that comes later in the file."""

    storage: str
    kind: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Tensor by name. Raises pickle.UnpicklingError for a file of another form or one that names anything else."""
    with path.open("rb") as file:
        if _load(file) != _MAGIC:
            raise pickle.UnpicklingError(f"{path.name} is not a torch checkpoint of the old form")
        _load(file), _load(file)  # protocol version, sizes of C types
        views: dict[str, _View] = _load(file)
        storages = _read_storages(file, _load(file), {view.storage: view.kind for view in views.values()})
    return {name: _tensor(view, storages[view.storage]) for name, view in views.items()}


class _Restricted(pickle.Unpickler):
    """Knows how a tensor is written down and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _DTYPES:
            return name
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"{module}.{name} is refused")

    def persistent_load(self, pid: Any) -> Any:
        _, kind, key, *_ = pid
        return kind, key


def _load(file: IO[bytes]) -> Any:
    return _Restricted(file).load()


def _view(storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> _View:
    kind, key = storage
    return _View(key, kind, offset, shape, strides)


def _read_storages(file: IO[bytes], keys: list[str], kinds: dict[str, str]) -> dict[str, npt.NDArray[Any]]:
    storages = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        dtype = _DTYPES[kinds[key]]
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return storages


def _tensor(view: _View, storage: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Strides matter: these weights are stored in another order than their shape says."""
    strides_bytes = [stride * storage.itemsize for stride in view.strides]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides_bytes)).reshape(view.shape)
