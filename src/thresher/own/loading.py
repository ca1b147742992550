"""Running a file of the user's: its own imports, nothing kept from one load to the next, and its
exceptions shown as the user's, with their place."""

import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from thresher.own.reference import OwnError, Reference
from thresher.own.source import reach

_COUNT = itertools.count()


class _Loader(SourceFileLoader):
    """Compiles what the file holds now: compiled files are told apart by the second only."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


class _Beside(MetaPathFinder):
    """Finds modules in one folder, of these names only; or folders without ``__init__.py``."""

    def __init__(self, folder: Path, names: frozenset[str], namespaces: bool) -> None:
        self.folder, self.names, self.namespaces = folder, names, namespaces

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".")[0] not in self.names:
            return None
        for folder in [str(self.folder)] if path is None else list(path):
            spec = FileFinder(folder, (_Loader, [".py"])).find_spec(fullname)
            if spec is not None and (spec.loader is None) == self.namespaces:
                return spec
        return None


class OwnModule:
    """A file of the user's, loaded.

    Parameters
    ----------
    reference : Reference

    Raises
    ------
    OwnError
        Where it can't be imported: one line with the place.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        path = reference.path.resolve()
        needed = reach(path)
        self._files = {str(file) for file in needed.files}
        self._names = needed.names
        self._finders = [_Beside(path.parent, needed.names, spaces) for spaces in (False, True)]
        self._modules: dict[str, ModuleType] = {}
        name = f"own_{path.stem}_{next(_COUNT)}"
        spec = spec_from_file_location(name, path, loader=_Loader(name, str(path)))
        assert spec is not None
        assert spec.loader is not None
        self._name = name
        self.module = module_from_spec(spec)
        self._modules[name] = self.module
        with self.theirs():
            spec.loader.exec_module(self.module)

    @contextmanager
    def theirs(self, line: int | None = None) -> Iterator[None]:
        """Run the user's code: its imports work, and its exceptions become one line.

        Parameters
        ----------
        line : int, optional
            The place where an exception shows none in the user's files.

        Raises
        ------
        OwnError
        """
        with self._imports():
            try:
                yield
            except OwnError:
                raise
            except (Exception, SystemExit) as error:
                raise OwnError(self._described(error, line)) from error

    @contextmanager
    def _imports(self) -> Iterator[None]:
        # The loaded modules are thousands, and this surrounds every draw: look through them only
        # where there is something to find.
        hidden = self._taken() if any(name in sys.modules for name in self._names) else {}
        sys.modules.update(self._modules)
        count = len(sys.modules)
        first, last = self._finders
        sys.meta_path.insert(0, first)
        sys.meta_path.append(last)
        try:
            yield
        finally:
            sys.meta_path.remove(first)
            sys.meta_path.remove(last)
            if len(sys.modules) == count:
                self._modules = {name: sys.modules.pop(name) for name in self._modules}
            else:
                self._modules = self._taken()
            sys.modules.update(hidden)

    def _taken(self) -> dict[str, ModuleType]:
        """Take the modules of this file's names out of those that are loaded."""
        own = [
            name for name in sys.modules if name == self._name or name.split(".")[0] in self._names
        ]
        return {name: sys.modules.pop(name) for name in own}

    def _described(self, error: BaseException, line: int | None) -> str:
        file, number = self._place(error)
        shown = self.reference.shown
        if file is not None and file != str(self.reference.path.resolve()):
            folder = self.reference.path.resolve().parent
            shown = str(Path(shown).parent / Path(file).relative_to(folder))
        elif file is None:
            number = line
        place = shown if number is None else f"{shown}, line {number}"
        return f"{place}: {said(error)}"

    def _place(self, error: BaseException) -> tuple[str | None, int | None]:
        """Return the deepest line in the user's files."""
        if isinstance(error, SyntaxError) and error.filename in self._files:
            return error.filename, error.lineno
        found: tuple[str | None, int | None] = (None, None)
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in self._files:
                found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        return found

    def line_of(self, thing: Any) -> int | None:
        """Return the line on which a function, a method or a class of this file begins."""
        thing = getattr(thing, "__func__", getattr(thing, "func", thing))
        code = getattr(thing, "__code__", None)
        if isinstance(code, CodeType):
            return code.co_firstlineno
        line = getattr(thing, "__firstlineno__", None)
        return line if isinstance(line, int) else None


def said(error: BaseException) -> str:
    """Return an exception as its author would see it, in one line."""
    if isinstance(error, SystemExit):
        return "ends the program (SystemExit); remove the call, or put it under __main__"
    if isinstance(error, SyntaxError):
        return f"is not valid Python: {error.msg}"
    plain = re.sub(r"\x1b\[\d+m", "", str(error)).split("Arguments received by")[0]
    text = " ".join(plain.split())
    text = text if len(text) <= 200 else f"{text[:199]}…"
    remedy = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        remedy = f"; install {error.name.split('.')[0]}, or put {error.name}.py beside the file"
    return f"{type(error).__name__}: {text}{remedy}" if text else type(error).__name__
