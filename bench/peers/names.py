"""Prints the public names of POT's modules as JSON: what FEATURES.md has to answer for. Run inside bench/peers/.venv."""

import importlib
import inspect
import json
import re
import sys
from pathlib import Path

import ot

MODULES = (
    "lp bregman unbalanced partial gromov sliced da gaussian gmm stochastic smooth optim lowrank weak factored dr utils coot "
    "datasets plot mapping regpath solvers batch backend semidiscrete bsp gnn sgot"
).split()


def from_source(module):
    """Top-level definitions, for modules whose own dependencies are not installed."""
    base = Path(ot.__file__).parent
    files = sorted((base / module).glob("*.py")) if (base / module).is_dir() else [base / f"{module}.py"]
    found = set()
    for file in files:
        found.update(re.findall(r"^(?:def|class) ([A-Za-z]\w*)", file.read_text(), re.M))
    return sorted(found)


def public_names(module):
    try:
        loaded = importlib.import_module(f"ot.{module}")
    except ImportError:
        return from_source(module)
    if hasattr(loaded, "__all__"):
        names = loaded.__all__
    else:
        here = (f"ot.{module}",)
        names = [name for name, value in vars(loaded).items() if callable(value) and getattr(value, "__module__", "").startswith(here)]
    return sorted({name for name in names if not name.startswith("_")})


modules = {"": sorted(name for name in set(ot.__all__) if not inspect.ismodule(getattr(ot, name, None)))}
modules.update((module, public_names(module)) for module in MODULES)
json.dump({"version": ot.__version__, "modules": modules}, sys.stdout, indent=1)
print()
