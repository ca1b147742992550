"""The notebook as a page, with what its cells gave when it was last run."""

import re
from base64 import b64encode
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

_STYLE = re.compile(r"<style.*?</style>\s*", re.DOTALL)
_TABLE = re.compile(r'<(table|tr)( border="1")?( class="dataframe")?( style="[^"]*")?>')


def page(root: Path) -> str:
    """Return docs/notebook.ipynb as Markdown, its pictures inside."""
    notebook = nbformat.read(root / "docs" / "notebook.ipynb", as_version=4)
    text, resources = MarkdownExporter().from_notebook_node(notebook)
    for name, content in resources["outputs"].items():
        text = text.replace(f"]({name})", f"]({_inline(name, content)})")
    return _TABLE.sub(r"<\1>", _STYLE.sub("", text))


def _inline(name: str, content: bytes) -> str:
    kind = {"svg": "svg+xml"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    return f"data:image/{kind};base64,{b64encode(content).decode()}"
