"""Run by a kernel that has restarted in place: loads seednb from this very folder, whatever lies beside the notebook."""

from __future__ import annotations


def _seednb_again(package: str) -> None:
    import sys

    path, modules = sys.path, set(sys.modules)
    try:
        import os

        here = os.path.realpath(os.getcwd())
        sys.path = [entry for entry in path if entry not in ("", ".") and os.path.realpath(entry) != here]
        if "seednb" not in modules:
            from importlib.util import module_from_spec, spec_from_file_location

            spec = spec_from_file_location("seednb", os.path.join(package, "__init__.py"), submodule_search_locations=[package])
            assert spec is not None
            assert spec.loader is not None
            sys.modules["seednb"] = module_from_spec(spec)
            spec.loader.exec_module(sys.modules["seednb"])
        from seednb.kernel.start import start

        start(sys.modules["IPython"].get_ipython())
    except BaseException:  # SystemExit too: a kernel that starts without us is better than one that does not
        for name in [name for name in sys.modules if name.partition(".")[0] == "seednb" and name not in modules]:
            del sys.modules[name]
    finally:
        sys.path = path


_seednb_again(__import__("os").path.dirname(__import__("os").path.abspath(__file__)))
del _seednb_again
