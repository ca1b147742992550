"""What people read: question, titles and labels are checked and written in one line each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thresher.study import plan, wording
from thresher.study.names import LONGEST_LABEL, one_line, unusable
from thresher.study.problems import Key, Problem

_TEXTS: tuple[Key, ...] = (
    ("question",),
    ("report", "title"),
    ("metric", "label"),
    ("metric", "unit"),
)


def problems(content: Mapping[str, Any], arms: Sequence[str]) -> Iterator[Problem]:
    """Check every text of a study file.

    Parameters
    ----------
    content : mapping
        Right in structure.
    arms : sequence of str
        The names of the arms there are.
    """
    for key, text in _texts(content):
        yield from _text_problems(key, text)
    labels = content.get("report", {}).get("labels", {})
    for arm, label in labels.items():
        yield from _label_problems(("report", "labels", arm), label)
    yield from ambiguous(labels, arms)


def presentation(name: str, content: Mapping[str, Any]) -> plan.Presentation:
    """Read ``report``, its texts in one line each."""
    panels = tuple(
        plan.Panel(one_line(panel["title"]), tuple(panel["arms"]))
        for panel in content.get("panels", ())
    )
    return plan.Presentation(
        title=one_line(content.get("title", name.replace("_", " "))),
        labels=content.get("labels", {}),
        panels=panels,
        highlight_seed=content.get("highlight_seed"),
    )


def _texts(content: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for key in _TEXTS:
        value: Any = content
        for part in key:
            value = value.get(part, {})
        if value:
            yield key, value
    for position, panel in enumerate(content.get("report", {}).get("panels", ())):
        yield ("report", "panels", position, "title"), panel["title"]


def _text_problems(key: Key, text: str) -> Iterator[Problem]:
    if bad := unusable(text):
        shown = f"U+{ord(bad):04X}"
        yield Problem(key, f"has the character {shown}, which nothing can show; remove it")
    elif not text.strip():
        yield Problem(key, f"must be a text that is not empty, but was {wording.show(text)}")


def _label_problems(key: Key, label: str) -> Iterator[Problem]:
    if "\n" in label or "\r" in label:
        yield Problem(key, f"must be in one line, but was {wording.show(label)}; join its lines")
    elif len(label) > LONGEST_LABEL:
        yield Problem(
            key,
            f"must be at most {LONGEST_LABEL} characters long, but has {len(label)}; shorten it",
        )
    else:
        yield from _text_problems(key, label)


def ambiguous(labels: Mapping[str, str], arms: Sequence[str]) -> Iterator[Problem]:
    """Find labels by which another arm is called, too."""
    called = {arm: one_line(labels.get(arm, arm)) for arm in arms}
    for arm in [arm for arm in arms if arm in labels]:
        same = [other for other, name in called.items() if name == called[arm] and other != arm]
        taken = [other for other in arms if other == called[arm] and other != arm]
        for other in [*same, *taken][:1]:
            shown = wording.show(labels[arm])
            yield Problem(
                ("report", "labels", arm),
                f"is {shown}, as the arm {other} is called; tell them apart",
            )
