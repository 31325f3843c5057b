"""Which kernel runs a notebook: the one it names, or this environment's Python where that one is not installed here."""

from __future__ import annotations

from typing import Any, NamedTuple

from seednb.errors import KernelError

FALLBACK = "python3"


class FoundKernel(NamedTuple):
    """The name of an installed kernelspec, its language in lower case, and what the user should know about the choice."""

    name: str
    language: str
    notices: tuple[str, ...]


def find_kernel(metadata: dict[str, Any], asked: str | None, *, specs: Any = None) -> FoundKernel:
    """Return the kernel for a notebook's metadata, or the one asked for; raise KernelError where there is none.

    specs: who knows the kernels that may be used, if it is not Jupyter's own manager without its configuration.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager() if specs is None else specs
    spec = metadata.get("kernelspec")
    spec = spec if isinstance(spec, dict) else {}
    named = spec.get("name")
    name = asked or (named if isinstance(named, str) and named else FALLBACK)
    notices: tuple[str, ...] = ()
    try:
        found = _allowed(manager, name)
    except NoSuchKernel:
        installed = ", ".join(sorted(manager.find_kernel_specs())) or "none"
        if asked or _language(metadata, spec) != "python" or name == FALLBACK:
            raise KernelError(f"kernel {name!r} is not installed (installed: {installed}); choose one with --kernel") from None
        try:
            found = _allowed(manager, FALLBACK)
        except NoSuchKernel:
            raise KernelError(f"kernel {name!r} is not installed (installed: {installed}); pip install ipykernel") from None
        notices = (f"kernel {name!r} is not installed here; {FALLBACK!r} runs the notebook in its place",)
        name = FALLBACK
    return FoundKernel(name, found.language.lower(), notices)


def _allowed(manager: Any, name: str) -> Any:
    """Return a kernelspec; its manager gives one by name that it does not list, because it is not allowed."""
    from jupyter_client.kernelspec import NoSuchKernel

    if name.lower() not in manager.find_kernel_specs():
        raise NoSuchKernel(name)
    return manager.get_kernel_spec(name)


def _language(metadata: dict[str, Any], spec: dict[str, Any]) -> str:
    info = metadata.get("language_info")
    for value in (spec.get("language"), info.get("name") if isinstance(info, dict) else None):
        if isinstance(value, str):
            return value.lower()
    return "python"
