"""Figures as the page shows them: one slot for each, and what may stand in it on demand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from thresher.gallery import Shown
from thresher.report.embed import pack
from thresher.report.material import Material
from thresher.report.svg import inline

LOG = "log"


@dataclass(frozen=True)
class Picture:
    """A figure ready to be shown.

    Attributes
    ----------
    slot : str
        Unique in the page; `figure-<slot>` is its id.
    key : str
        What is shown first, by `key_of`.
    log : str
        Key of the same on a logarithmic scale; empty without one.
    steps : tuple of (title, caption)
        Of a figure over a grid, at every step; `step` is the place of the one shown first.
    """

    slot: str
    key: str
    title: str
    caption: str
    svg: str
    log: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    step: int = 0


def key_of(shown: Shown) -> str:
    """Name a picture: its figure, and its variant where it has one."""
    return f"{shown.name}.{shown.variant}" if shown.variant else shown.name


def step_of(variant: str) -> tuple[str, int] | None:
    """Read a variant that is a step of a grid: ``level-3`` is step 3 of ``level``."""
    grid, _, step = variant.rpartition("-")
    return (grid, int(step)) if grid and step.isdigit() else None


def slot_of(shown: Shown) -> str:
    """Name the place of a picture: the figure's own, or that of the figure over a grid."""
    step = step_of(shown.variant)
    return f"{shown.name}-{step[0]}" if step else shown.name


def pictures(material: Material, section: str) -> tuple[Picture, ...]:
    """Show the figures of a section, those over a grid left out, in their order."""
    own = [s for s in material.shown if s.section == section and s.variant == ""]
    ordered = sorted(own, key=lambda shown: shown.order)
    return tuple(_picture(shown, material.shown) for shown in ordered)


def stepped(material: Material, grid: str, step: int) -> tuple[Picture, ...]:
    """Show the figures that have a variant for this step of a grid."""
    found: dict[str, dict[int, Shown]] = {}
    for shown in material.shown:
        if (place := step_of(shown.variant)) and place[0] == grid:
            found.setdefault(shown.name, {})[place[1]] = shown
    return tuple(
        replace(
            _picture(steps[step], ()),
            steps=tuple((steps[k].title, steps[k].caption) for k in sorted(steps)),
            step=step,
        )
        for steps in found.values()
        if step in steps
    )


def _picture(shown: Shown, others: Iterable[Shown]) -> Picture:
    logs = [other for other in others if other.name == shown.name and other.variant == LOG]
    return Picture(
        slot=slot_of(shown),
        key=key_of(shown),
        title=shown.title,
        caption=shown.caption,
        svg=inlined(shown),
        log=key_of(logs[0]) if logs else "",
    )


def inlined(shown: Shown) -> str:
    """Return the picture for use inside the page."""
    return inline(shown.svg, slot_of(shown), f"{shown.title}. {shown.caption}")


def packed(material: Material, visible: Sequence[Picture]) -> dict[str, str]:
    """Pack what the page shows only on demand, or on a phone."""
    there = {picture.key for picture in visible}
    wanted = {key_of(s): s for s in material.shown if key_of(s) not in there}
    wanted |= {f"phone-{key_of(s)}": s for s in material.phone}
    return {key: pack(inlined(shown).encode()) for key, shown in wanted.items()}
