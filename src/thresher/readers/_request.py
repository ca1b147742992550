"""What `read` is asked, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thresher.readers._naming import words
from thresher.readers._problems import ReadError
from thresher.readers._reader import Options


@dataclass(frozen=True)
class Request:
    """The arguments of `thresher.readers.read`."""

    columns: Mapping[str, str | Sequence[str]]
    arms: Mapping[str, str | None] | None
    format: str | None
    on_restart: str | None
    axis: str | None
    metric: str | None
    line: str | None
    cache: Path | None = None

    def options(self) -> Options:
        """Return the part that readers need."""
        arm, seed = words(self.columns)
        value, axis = self.columns.get("value"), self.columns.get("axis")
        return Options(
            value=str(value) if value is not None else self.metric,
            axis=None if axis is None else str(axis),
            axis_name=self.axis,
            keys=frozenset({"run", *(arm or ("arm",)), seed or "seed"}),
            line=self.line,
            on_restart=self.on_restart,
        )


KNOWN_COLUMNS = ("value", "axis", "arm", "seed", "run")


def check_columns(columns: Mapping[str, str | Sequence[str]]) -> None:
    """Refuse roles that there are not."""
    for role, name in columns.items():
        if role not in KNOWN_COLUMNS:
            raise ReadError(f"columns: {role} is none of {', '.join(KNOWN_COLUMNS)}")
        names = [name] if isinstance(name, str) else list(name)
        if not names or not all(isinstance(one, str) and one for one in names):
            raise ReadError(f"columns: {role} must be a name, but was {name!r}")
        if not isinstance(name, str) and role != "arm":
            raise ReadError(f"columns: {role} must be one name, but was {name!r}")


def checked_arms(arms: Mapping[str, str | None] | None) -> dict[str, str | None] | None:
    """Return new names by old ones as text: in YAML, a name may be a number."""
    if arms is None:
        return None
    if not isinstance(arms, Mapping):
        raise ReadError(f"arms: must say old name: new name, but was {arms!r}")
    return {str(old): None if new is None else str(new) for old, new in arms.items()}
