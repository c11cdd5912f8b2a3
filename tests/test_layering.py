"""The rooms of the house and who may know whom (docs/architecture.md), read from the import statements."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path for folder in ("ecg_core", "app", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
CORE = [
    path
    for path in SOURCES
    if path.is_relative_to(ROOT / "ecg_core") and path != ROOT / "ecg_core" / "__init__.py"
]

_GROUND = {
    "errors",
    "leads",
    "record",
    "printed_leads",
    "weights",
    "network_files",
    "child_process",
    "whole_files",
}
_SIGNAL = _GROUND | {"filtering", "annotation", "measurements", "rhythm"}
_JUDGED = _SIGNAL | {"models", "inference"}

# A room may import the rooms on its right, all of which stand above it in this table.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "leads": set(),
    "record": {"leads"},
    "printed_leads": set(),
    "whole_files": set(),
    "weights": {"errors", "whole_files"},
    "network_files": {"errors", "weights", "whole_files"},
    "child_process": {"errors"},
    "rendering": _GROUND,
    "digitization": _GROUND,
    "readers": _GROUND | {"digitization"},
    "writers": _GROUND,
    "models": _GROUND,
    "filtering": _GROUND,
    "annotation": _GROUND | {"filtering"},
    "measurements": _GROUND | {"filtering", "annotation"},
    "rhythm": _GROUND | {"filtering", "annotation"},
    "rules": _SIGNAL,
    "simulation": _SIGNAL,
    "inference": _SIGNAL | {"models"},
    "analysis": _JUDGED | {"rules"},
    "twelve_lead": _JUDGED,
    "explanation": _JUDGED | {"analysis", "simulation", "twelve_lead"},
    "datasets": _JUDGED | {"readers", "simulation", "twelve_lead"},
    "patient": _JUDGED | {"analysis", "readers", "datasets"},
    "evaluation": _JUDGED | {"twelve_lead"},
    "training": _JUDGED | {"twelve_lead", "datasets", "evaluation", "rendering", "digitization"},
    "figures": _JUDGED
    | {"rules", "analysis", "explanation", "patient", "twelve_lead", "evaluation", "digitization"},
    "cli": _JUDGED
    | {"readers", "writers", "analysis", "twelve_lead", "simulation", "datasets", "evaluation", "training"}
    | {"rendering", "digitization", "rules"},
    "__main__": {"cli"},
}
APP_NEVER_NEEDS = {"simulation", "datasets", "training", "cli"}

_UNSAFE_MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
_UNSAFE_CALLS = {("torch", "load"), ("torch", "save"), ("pd", "read_pickle")}


def modules_imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; write the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    """`ecg_core.readers.edf` -> `readers`; None for what is not ours and for the version number."""
    first, _, rest = module.partition(".")
    name = rest.split(".")[0]
    return name if first == "ecg_core" and name != "__version__" else None


def room_of_file(path: Path) -> str:
    return path.relative_to(ROOT / "ecg_core").parts[0].removesuffix(".py")


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CORE, ids=names)
def test_rooms_import_only_what_stands_below_them(path: Path) -> None:
    here = room_of_file(path)
    imported = {there for module in modules_imported(path) if (there := room(module))}
    assert imported <= MAY_IMPORT[here] | {here}


def test_the_rules_allow_no_circle() -> None:
    order = list(MAY_IMPORT)
    for here, allowed in MAY_IMPORT.items():
        assert allowed <= set(order[: order.index(here)])


@pytest.mark.parametrize("path", CORE, ids=names)
def test_the_core_knows_no_screen(path: Path) -> None:
    assert not {module.split(".")[0] for module in modules_imported(path)} & {"streamlit", "app"}


def test_the_app_needs_no_training_code() -> None:
    files = [path for path in SOURCES if path.is_relative_to(ROOT / "app")]
    imported = {room(module) for path in files for module in modules_imported(path)}
    assert "analysis" in imported
    assert not imported & APP_NEVER_NEEDS


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_nothing_that_runs_code_from_data_files_is_used(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not {module.split(".")[0] for module in modules_imported(path)} & _UNSAFE_MODULES
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in _UNSAFE_CALLS
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False


def test_no_path_leads_out_of_the_project() -> None:
    outside = "../" + "shared"
    texts = [
        *SOURCES,
        *(ROOT / "tests").rglob("*.py"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("*.*"),
        ROOT / "Makefile",
    ]
    assert [
        names(path) for path in texts if path.is_file() and outside in path.read_text(errors="replace")
    ] == []
