"""Parquet: a file a run, or one long table with columns for arm and seed."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from thresher.readers._files import MAX_BYTES, LogFile
from thresher.readers._problems import ReadError, place
from thresher.readers._reader import Coded, Options, Piece, Reader, placed
from thresher.readers._select import INDEX, axis_column, refuse_foreign, value_column


def sniff(file: LogFile) -> int:
    """Its first four bytes."""
    return 2 if file.head.startswith(b"PAR1") else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one table; null is not measured, NaN diverged."""
    (file,) = files
    try:
        parquet = pq.ParquetFile(pa.BufferReader(file.read()))
    except pa.ArrowException as error:
        raise ReadError(f"{file.shown}: is damaged ({' '.join(str(error).split())})") from None
    header = tuple(parquet.schema_arrow.names)
    refuse_foreign(header, options.value, [options.axis, options.axis_name, "epoch", "step"])
    value = value_column(file.shown, header, options.value)
    axis = axis_column(file.shown, header, options.axis, options.axis_name)
    keys = [name for name in header if name in options.keys and name not in {value, axis}]
    counted = axis == INDEX and INDEX not in header
    table = _columns(file, parquet, [value, *([] if counted else [axis]), *keys])
    values, measured = _numbers(file, table, value)
    steps = np.arange(len(values), dtype=float) if counted else _numbers(file, table, axis)[0]
    words = {name: _words(table.column(name)) for name in keys}
    return [placed(Piece(file, steps, values, measured, axis, value, words))]


def _columns(file: LogFile, parquet: pq.ParquetFile, names: list[str]) -> pa.Table:
    size = sum(parquet.metadata.row_group(i).total_byte_size for i in range(parquet.num_row_groups))
    if size > MAX_BYTES or parquet.metadata.num_rows > MAX_BYTES // 8:
        raise ReadError(f"{file.shown}: more than {MAX_BYTES} bytes when unpacked; split it")
    try:
        return parquet.read(columns=names)
    except pa.ArrowException as error:
        raise ReadError(f"{file.shown}: is damaged ({' '.join(str(error).split())})") from None


def _numbers(file: LogFile, table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    column = table.column(name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise ReadError(f"{place(file.shown, column=name)}: holds {column.type}, not numbers")
    measured = pc.is_valid(column).to_numpy()
    values = pc.fill_null(column.cast(pa.float64(), safe=False), np.nan).to_numpy()
    return np.array(values), np.array(measured, dtype=bool)


def _words(column: pa.ChunkedArray) -> Coded:
    plain = pc.fill_null(column.cast(pa.string()), "")
    coded = pc.dictionary_encode(plain).combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        return Coded(np.empty(0, np.int32), ())
    return Coded(coded.indices.to_numpy(), tuple(coded.dictionary.to_pylist()))


READER = Reader("parquet_table", "Parquet", sniff, read)
