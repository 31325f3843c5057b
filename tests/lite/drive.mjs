// Runs cells in JupyterLite's own Python kernel, on Node: what its web worker does with a request, and nothing more.
// Usage: node drive.mjs FOLDER-OF-PYODIDE FOLDER-OF-PACKAGES… < [[cell id, code], …]; prints [{status, error, outputs}, …]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...packages] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
const pyodide = await loadPyodide({ env: { HOME: "/home/pyodide" } });
const paths = packages.map((_, number) => `/packages${number}`);
paths.forEach((path, number) => pyodide.mountNodeFS(path, packages[number]));
pyodide.runPython(`import sys; sys.path[:0] = ${JSON.stringify(paths)}`);

const module = pyodide.pyimport("pyodide_kernel");
const plain = (value) => (value instanceof pyodide.ffi.PyProxy ? value.toJs({ dict_converter: Object.fromEntries }) : value);
const answers = [];
for (const [number, [cellId, code]] of JSON.parse(readFileSync(0, "utf-8")).entries()) {
  const outputs = [];
  const parent = { header: { msg_id: `request-${number}`, msg_type: "execute_request" }, metadata: { cellId }, content: { code } };
  const stream = (name, text) => outputs.push({ type: "stream", name, text });
  const { display_pub: publisher, displayhook } = module.ipython_shell;
  module.kernel_instance._parent_header = pyodide.toPy(parent);
  module.stdout_stream.publish_stream_callback = stream;
  module.stderr_stream.publish_stream_callback = stream;
  publisher.display_data_callback = (data) => outputs.push({ type: "display_data", data: plain(data) });
  publisher.update_display_data_callback = (data) => outputs.push({ type: "update_display_data", data: plain(data) });
  displayhook.publish_execution_result = (count, data) => outputs.push({ type: "execute_result", data: plain(data) });
  const reply = plain(await module.kernel_instance.run(code));
  await new Promise((resolve) => setTimeout(resolve, 0)); // callbacks of the request's task run before the next request
  answers.push({ status: reply.status, error: reply.evalue ?? null, outputs });
}
console.log(JSON.stringify(answers));
