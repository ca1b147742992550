"""The house rules that can be read off the source."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "thresher"
# docs/architecture.md lists the modules in this order.
ORDER = [
    "files",
    "canonical",
    "code",
    "project",
    "logs",
    "progress",
    "terminal",
    "extras",
    "lean",
    "garbage_collection",
    "machine",
    "fields",
    "losses",
    "metric",
    "sources",
    "registry",
    "parquet",
    "trace_columns",
    "trace",
    "declarations",
    "keras_metrics",
    "own",
    "decoding",
    "training_options",
    "tasks",
    "models",
    "optimizers",
    "readers",
    "command",
    "study",
    "tables",
    "training",
    "testing",
    "evaluations",
    "matrices",
    "reduction",
    "events",
    "alignment",
    "importing",
    "statistics",
    "format",
    "analyses",
    "results",
    "stages",
    "drawing",
    "figures",
    "gallery",
    "report",
    "comparison",
    "live",
    "command_line",
    "__main__",
]
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def stage(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def at_import(tree: ast.Module) -> set[str]:
    """What is imported when the module is, functions left out."""
    outside = ast.Module(
        body=[
            node
            for node in tree.body
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ],
        type_ignores=[],
    )
    return imports(outside)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_modules_above_it(path: Path):
    used = {
        name.split(".")[1]
        for name in imports(ast.parse(path.read_text()))
        if name.startswith("thresher.") and name.split(".")[1] in ORDER
    }
    own = ORDER.index(stage(path))
    assert all(ORDER.index(name) <= own for name in used), used


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_keras_and_tensorflow_stay_where_they_belong(path: Path):
    tree = ast.parse(path.read_text())

    def heavy(names: set[str]) -> bool:
        return any(name.split(".")[0] in {"keras", "tensorflow"} for name in names)

    if path.stem == "tensorboard":  # reads event files by TensorFlow's own reader
        assert not heavy(at_import(tree))
    elif stage(path) not in {"training", "tasks", "models", "optimizers"}:
        assert not heavy(imports(tree))
    elif stage(path) != "training":
        assert not heavy(at_import(tree))


def test_every_module_is_in_the_order_and_in_the_page():
    modules = {stage(path) for path in FILES}
    page = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text()
    assert modules == set(ORDER)
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = [name.strip(" `/") for row in rows for name in row.split(",")]
    assert [name for name in listed if name in ORDER] == ORDER


def test_loading_a_study_imports_nothing_heavy():
    program = (
        "import sys; from thresher import analyses, code, figures;"
        "from thresher.study import load;"
        "load('config/studies/merge_modes.yaml').document(); analyses.every();"
        "code.digest('scripts/report.py', *(f'thresher.figures.{n}' for n in figures.NAMES));"
        "heavy = {'tensorflow', 'keras', 'scipy', 'seaborn', 'matplotlib', 'pandas', 'pyarrow'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parents[1], capture_output=True, text=True
    )
    assert output.stdout.strip() == "[]", output.stderr


def test_every_rule_has_its_script_and_every_script_its_rule():
    root = PACKAGE.parents[1]
    rules = "".join(path.read_text() for path in (root / "workflow" / "rules").glob("*.smk"))
    named = re.findall(r'script:\n +"../../scripts/(\w+\.py)"\n', rules)
    assert len(named) == rules.count("script:\n")
    assert set(named) == {path.name for path in (root / "scripts").glob("*.py")}
