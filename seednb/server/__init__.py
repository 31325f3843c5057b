"""The Jupyter Server's extension: plans the kernels' environments, replays notebooks, compares and completes records for front ends."""

from __future__ import annotations

from typing import Any

LOCAL = "local-provisioner"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell Jupyter Server what to load."""
    return [{"module": "seednb.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Select the provisioner, unless the administrator has chosen one, and answer front ends."""
    try:
        app.log.info("seednb: %s", select_provisioner())
    except Exception as error:  # a server that does not start is worse than one without us
        app.log.warning("seednb: the provisioner could not be selected: %s: %s", type(error).__name__, error)
    try:
        from seednb.server.handlers import add_handlers
        from seednb.server.sockets import send_at_once

        add_handlers(app)
        send_at_once(app.web_app.settings)
    except Exception as error:
        app.log.warning("seednb: front ends get no answers: %s: %s", type(error).__name__, error)


def select_provisioner() -> str:
    """Make ours the default provisioner of this process; return what was done, in words."""
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    from seednb.provisioner import NAME

    factory = KernelProvisionerFactory.instance()
    if factory.default_provisioner_name not in (LOCAL, NAME):
        return f"kernels are started by {factory.default_provisioner_name}, which was configured; it is left as it is"
    if not factory._check_availability(NAME):
        return "its package metadata is not installed: kernels start without a plan; pip install seednb"
    factory.default_provisioner_name = NAME
    return "kernels that load seednb at their start get their environment planned"
