"""``npy`` and ``npz``: one array of values a run, or runs × steps with the axis named."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np

from thresher.readers._files import MAX_BYTES, LogFile
from thresher.readers._problems import ReadError, listed, place
from thresher.readers._reader import Coded, Key, Options, Piece, Reader
from thresher.readers._select import INDEX, axis_column, value_column


def sniff(file: LogFile) -> int:
    """The format's first bytes."""
    if file.head.startswith(b"\x93NUMPY"):
        return 1
    return int(file.name.endswith(".npz") and file.head.startswith(b"PK"))


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one file: values by runs and steps, or by steps."""
    (file,) = files
    if file.name.endswith(".npz"):
        arrays = load_npz(file)
        value = value_column(file.shown, tuple(arrays), options.value)
    else:
        value = options.value or "value"
        arrays = {value: load_npy(file.shown, file.read())}
    values = arrays[value]
    if values.dtype.kind not in "fiu" or values.ndim not in {1, 2} or not values.size:
        raise ReadError(
            f"{place(file.shown, column=value)}: is {values.dtype} of shape {values.shape}; "
            "one or two dimensions of numbers are read"
        )
    axis, steps = _axis(file, arrays, value, options)
    matrix = _by_runs(file, arrays, value, steps)
    return [_piece(file, matrix, steps, axis, value, _keys(file, arrays, matrix, options))]


def _axis(
    file: LogFile, arrays: Mapping[str, np.ndarray], value: str, options: Options
) -> tuple[str, np.ndarray]:
    values = arrays[value]
    named = options.axis if options.axis is not None else options.axis_name
    others = tuple(name for name in arrays if name != value)
    if values.ndim == 1 and (named == INDEX or (options.axis is None and named not in others)):
        return named or INDEX, np.arange(len(values), dtype=float)
    if not others:
        raise ReadError(
            f"{file.shown}: has shape {values.shape}, and nothing says which of the two is the "
            "axis; save an npz with the axis as an array of its own, or a file a run"
        )
    axis = axis_column(file.shown, others, options.axis, options.axis_name)
    if axis not in arrays:
        raise ReadError(f"{file.shown}: two dimensions need the axis as an array of its own")
    steps = arrays[axis]
    if steps.ndim != 1 or steps.dtype.kind not in "fiu" or not np.isfinite(steps).all():
        raise ReadError(f"{place(file.shown, column=axis)}: must be a row of numbers")
    return axis, steps.astype(float)


def _by_runs(
    file: LogFile, arrays: Mapping[str, np.ndarray], value: str, steps: np.ndarray
) -> np.ndarray:
    """Return values as runs × steps, by the axis' length."""
    values = np.atleast_2d(arrays[value])
    fits = [values.shape[i] == len(steps) for i in (0, 1)]
    if all(fits) and len(steps) > 1:
        raise ReadError(
            f"{place(file.shown, column=value)}: has shape {values.shape}: which dimension is the "
            "axis? Save a file a run"
        )
    if not any(fits):
        raise ReadError(
            f"{place(file.shown, column=value)}: has shape {values.shape}, but the axis has "
            f"{len(steps)} places"
        )
    return values if fits[1] else values.T


def _keys(
    file: LogFile, arrays: Mapping[str, np.ndarray], matrix: np.ndarray, options: Options
) -> dict[str, Key]:
    runs, steps = matrix.shape
    keys: dict[str, Key] = {}
    for name in sorted(options.keys & set(arrays)):
        array = arrays[name]
        if array.ndim == 0:
            keys[name] = str(array[()])
        elif array.shape == (runs,):
            labels = list(dict.fromkeys(str(word) for word in array.tolist()))
            own = np.array([labels.index(str(word)) for word in array.tolist()], np.int32)
            keys[name] = Coded(np.repeat(own, steps), tuple(labels))
        else:
            raise ReadError(
                f"{place(file.shown, column=name)}: has shape {array.shape}, but there are "
                f"{runs} runs"
            )
    if runs > 1 and not any(isinstance(key, Coded) for key in keys.values()):
        codes = np.repeat(np.arange(runs, dtype=np.int32), steps)
        keys["run"] = Coded(codes, tuple(str(run) for run in range(1, runs + 1)))
    return keys


def _piece(
    file: LogFile,
    matrix: np.ndarray,
    steps: np.ndarray,
    axis: str,
    value: str,
    keys: dict[str, Key],
) -> Piece:
    flat = matrix.astype(float).ravel()
    places = np.tile(steps, len(matrix))
    return Piece(file, places, flat, np.ones(len(flat), bool), axis, value, keys)


def load_npz(file: LogFile) -> dict[str, np.ndarray]:
    """Load all arrays of an npz, none of which may need unpickling.

    Raises
    ------
    ReadError
        Where it is damaged, too large when unpacked, or holds objects.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise ReadError(f"{file.shown}: more than {MAX_BYTES} bytes when unpacked")
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {
                name.removesuffix(".npy"): load_npy(f"{file.shown}, {name}", archive.read(name))
                for name in names
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ReadError(f"{file.shown}: is damaged ({error})") from None


def load_npy(shown: str, data: bytes) -> np.ndarray:
    """Load one array that needs no unpickling and is as large as it says."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = header(stream)
        needed = int(np.prod([int(side) for side in shape], dtype=object)) * dtype.itemsize
        if dtype.hasobject:
            raise ReadError(f"{shown}: holds Python objects, which are never unpickled")
        if not 0 <= needed <= len(data) - stream.tell():
            raise ReadError(
                f"{shown}: says shape {listed([str(side) for side in shape])}, "
                "but ends before; was it cut off?"
            )
        stream.seek(0)
        array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
    except (ValueError, TypeError, SyntaxError, OverflowError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"{shown}: is damaged ({' '.join(str(error).split())[:120]})") from None
    return array


READER = Reader("numpy_arrays", "NumPy arrays", sniff, read)
