"""Names that become folders, and texts that people read: what they may be."""

import json
import re
import unicodedata

LONGEST_NAME = 100
LONGEST_LABEL = 200
# File systems take names of up to 255 bytes.
LONGEST_FOLDER = 200
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Snakemake takes so many repetitions at the end of a wildcard for an endless recursion.
_PERIODIC = re.compile(r"(.+)\1{19}$")


def names_folder(name: str) -> bool:
    """Tell whether a name is safe as a folder's on every system, and in Snakemake's patterns.

    Examples
    --------
    >>> names_folder("merge_modes-2.1"), names_folder("../x"), names_folder("é")
    (True, False, False)
    """
    return bool(_SAFE.fullmatch(name)) and len(name) <= LONGEST_NAME and not repeats(name)


def repeats(name: str) -> bool:
    """Tell whether a name ends in twenty repetitions.

    Examples
    --------
    >>> repeats("a" * 20), repeats("ab" * 20 + "c")
    (True, False)
    """
    return bool(_PERIODIC.search(name))


def unusable(text: str) -> str:
    """Return the first character that no file of the report could hold; empty without one.

    Line breaks and tabs are none; nor are emoji and marks that turn the direction of writing.

    Examples
    --------
    >>> unusable("a b\\n👩‍🔬"), unusable("a\\x07")
    ('', '\\x07')
    """
    for character in text:
        control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"
        if control or ord(character) & 0xFFFE == 0xFFFE:
            return character
    return ""


def one_line(text: str) -> str:
    """Write a text in one line, with single spaces."""
    return " ".join(text.split())


def argument(path: str) -> str:
    """Write a study's path so that ``snakemake --config study=…`` takes it as it is.

    Snakemake reads it as YAML, after it has stripped it of quotes at both ends; a list of the path
    survives that.

    Examples
    --------
    >>> print(argument("my studies/x.yaml"), argument("a #1/x.yaml"))
    my studies/x.yaml ["a #1/x.yaml"]
    """
    plain = re.fullmatch(r"[\w./ +,@-]+", path)
    return path if plain else json.dumps([path], ensure_ascii=False)
