"""A class name means one thing in the whole of `app/`: who reads it in a log or an import knows which one it is."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"


def classes_of(tree):
    """Names of all classes of a module, nested ones too."""
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def aliases_of(tree):
    """Names like those of classes that a module gives to a type: `Row = dict[str, Any]`."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [target for node in assigned for target in getattr(node, "targets", None) or [node.target]]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in names if name.lstrip("_")[:1].isupper() and not name.isupper()}


def homes(names_of):
    found = defaultdict(set)
    for path in APP.rglob("*.py"):
        for name in names_of(ast.parse(path.read_text(encoding="utf-8"))):
            found[name].add(path.relative_to(APP).as_posix())
    return found


def test_a_class_name_stands_in_one_module():
    found = homes(classes_of)
    assert len(found) > 300
    assert {name: sorted(paths) for name, paths in found.items() if len(paths) > 1} == {}


def test_a_name_given_to_a_type_is_no_class_elsewhere():
    classes, aliases = homes(classes_of), homes(aliases_of)
    assert len(aliases) > 30
    known = {name: sorted(paths | classes[name]) for name, paths in aliases.items() if name in classes}
    assert {name: paths for name, paths in known.items() if len(paths) > 1} == {}
