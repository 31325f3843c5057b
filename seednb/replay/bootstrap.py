"""Sent as text to a fresh kernel: loads the kernel side of seednb there, whether or not seednb is installed in its environment."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Dict, Optional

OLDEST = (3, 9)


class Archive:
    """Imports the modules of a package from their source texts."""

    def __init__(self, sources: Dict[str, str]) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: object = None, target: object = None) -> Optional[ModuleSpec]:
        """Return the spec of a module of the archive."""
        for module, is_package in ((name, False), (name + ".__init__", True)):
            if module in self._sources:
                return importlib.util.spec_from_loader(name, self, origin="seednb archive", is_package=is_package)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to importlib."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's source."""
        name = module.__name__ if module.__name__ in self._sources else module.__name__ + ".__init__"
        exec(compile(self._sources[name], "<" + name + ">", "exec", dont_inherit=True), module.__dict__)


def load(directory: str, version: str, sources: Optional[Dict[str, str]]) -> None:
    """Make `import seednb` give exactly the given version: from its own directory where the kernel can read it, else from texts."""
    if sys.version_info < OLDEST:
        raise RuntimeError("this kernel runs Python %d.%d; seednb needs 3.9 or newer" % sys.version_info[:2])
    loaded = sys.modules.get("seednb")
    if getattr(loaded, "__version__", None) == version:
        return
    forget(loaded)
    if sources is not None:
        load_archive(sources)
        return
    path = os.path.join(directory, "__init__.py")
    spec = importlib.util.spec_from_file_location("seednb", path, submodule_search_locations=[directory])
    if spec is None or spec.loader is None or not os.access(path, os.R_OK):
        raise LookupError("seednb: send the archive")
    module = importlib.util.module_from_spec(spec)
    sys.modules["seednb"] = module
    spec.loader.exec_module(module)


def load_archive(sources: Dict[str, str]) -> None:
    """Import all modules of the archive at once, so that the importer need not stay."""
    importer = Archive(sources)
    sys.meta_path.insert(0, importer)
    try:
        for name in sorted(sources):
            importlib.import_module(name[: -len(".__init__")] if name.endswith(".__init__") else name)
    finally:
        sys.meta_path.remove(importer)


def forget(loaded: Optional[ModuleType]) -> None:
    """Take out another version that the environment's start-up hook has loaded."""
    if loaded is None:
        return
    shell = getattr(sys.modules.get("__main__"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(loaded, "unload_ipython_extension"):
        loaded.unload_ipython_extension(shell)
    for name in [name for name in sys.modules if name == "seednb" or name.startswith("seednb.")]:
        del sys.modules[name]
