"""A kernel that runs nothing: a cell whose last line is `# cell NAME` gives the outputs that `$ECHO_OUTPUTS/NAME.json` holds.

So that every comparer, unmodified and through its own way of running notebooks, gets the very same outputs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

_MESSAGES = {"stream": ("name", "text"), "display_data": ("data", "metadata"), "execute_result": ("data", "metadata")}
_ERROR = ("ename", "evalue", "traceback")


class EchoKernel(Kernel):  # type: ignore[misc]
    """Sends stored outputs."""

    implementation = "echo"
    implementation_version = banner = "1"
    language_info = {"name": "echo", "mimetype": "text/plain", "file_extension": ".txt"}  # noqa: RUF012  # ipykernel wants a dictionary

    async def do_execute(self, code: str, silent: bool, *_: Any, **__: Any) -> dict[str, Any]:  # noqa: FBT001  # ipykernel calls it so
        """Send a cell's outputs."""
        reply = {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}
        name = code.rstrip().rpartition("# cell ")[2] if "# cell " in code else ""
        if silent or not name:
            return reply
        for output in json.loads((Path(os.environ["ECHO_OUTPUTS"]) / f"{name}.json").read_text(encoding="utf-8")):
            kind = output["output_type"]
            if kind == "error":
                error = {key: output[key] for key in _ERROR}
                self.send_response(self.iopub_socket, "error", error)
                reply.update(error, status="error")
                continue
            content = {key: output[key] for key in _MESSAGES[kind]}
            if kind == "execute_result":
                content["execution_count"] = self.execution_count
            if kind == "stream":
                content["text"] = "".join(content["text"])
            self.send_response(self.iopub_socket, kind, content)
        return reply


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=EchoKernel)
