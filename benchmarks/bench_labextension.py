"""What the JupyterLab extension costs: the seed in the toolbar, a replay beside JupyterLab's restart-and-run-all, a badge, and scrolling.

Usage: bench_labextension.py [--python PYTHON] [--chromium FILE] [--rounds N] [--cells N] [--only toolbar|replay|badge|scroll]

PYTHON is the interpreter of an environment with JupyterLab and seednb's wheel. Needs Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIX = ["import random", "x = random.random()\nx", "y = [i * x for i in range(10)]", "sum(y)", "random.random()", "print('done')"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PANEL = "const panel = window.jupyterapp.shell.currentWidget;"
REPLAY = "() => window.jupyterapp.commands.execute('seednb:restart-and-replay', {confirm: false}).then(() => null)"
PLAIN = f"""async () => {{ {PANEL}
    await panel.sessionContext.restartKernel();
    await window.jupyterapp.commands.execute('notebook:run-all-cells'); }}"""
BADGE = f"""async () => {{ {PANEL}
    let idle = 0;
    const watch = (_, message) => {{
        if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') {{ idle = idle || performance.now(); }}
    }};
    panel.content.activeCellIndex = 1;
    const node = panel.content.widgets[1].node;
    const old = node.querySelector('.seednb-badge');
    const shown = new Promise(resolve => new MutationObserver((_, observer) => {{
        const badge = node.querySelector('.seednb-badge');
        if (badge && badge !== old) {{ observer.disconnect(); requestAnimationFrame(() => resolve(performance.now())); }}
    }}).observe(node, {{childList: true, subtree: true}}));
    panel.sessionContext.iopubMessage.connect(watch);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    const at = await shown;
    panel.sessionContext.iopubMessage.disconnect(watch);
    return at - idle; }}"""
TOOLBAR = """(() => {
    const seen = window.seednbSeen = {};
    const note = name => requestAnimationFrame(() => { seen[name] ??= performance.now(); });
    const look = () => {
        const panel = window.jupyterapp?.shell?.currentWidget;
        if (panel?.context && !seen.watched) {
            seen.watched = true;
            panel.revealed.then(() => note('panel'));
        }
        for (const [name, selector] of [['seed', '.seednb-pill'], ['restart', '[data-jp-item-name="restart"] :is(button, jp-button)']]) {
            const node = document.querySelector('.jp-NotebookPanel-toolbar ' + selector);
            if (node && node.getBoundingClientRect().width > 0) { note(name); }
        }
        if (!(seen.panel && seen.seed && seen.restart)) { requestAnimationFrame(look); }
    };
    requestAnimationFrame(look);
})();"""
SEEN = "() => { const {panel, seed, restart} = window.seednbSeen ?? {}; return panel && seed && restart ? [panel, seed, restart] : false; }"
SCROLL = f"""async () => {{ {PANEL}
    const begun = performance.now();
    const outer = panel.content.node.querySelector('.jp-WindowedPanel-outer') || panel.content.node;
    const tasks = [];
    const observer = new PerformanceObserver(list => list.getEntries().forEach(entry => tasks.push(entry.duration)));
    observer.observe({{entryTypes: ['longtask']}});
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
    for (let way = 0; way < 2; way++) {{
        for (let step = 0; step <= 300; step++) {{
            const part = way === 0 ? step / 300 : 1 - step / 300;
            outer.scrollTop = part * (outer.scrollHeight - outer.clientHeight);
            await frame();
        }}
    }}
    await new Promise(resolve => setTimeout(resolve, 300));
    observer.disconnect();
    const drawn = panel.content.widgets.filter(cell => !cell.isPlaceholder()).length;
    const verdicts = panel.content.node.querySelectorAll('.seednb-verdict').length;
    const took = (performance.now() - begun) / 1000;
    return {{tasks: tasks.length, longest: Math.max(0, ...tasks), verdicts, drawn, took}}; }}"""
DRAW = f"""async () => {{ {PANEL}
    for (const [index, cell] of panel.content.widgets.entries()) {{
        if (cell.isPlaceholder()) {{
            await panel.content.scrollToItem(index);
            await cell.ready;
        }}
    }} }}"""


def notebook(path: Path, sources: list[str]) -> None:
    """Write a notebook that has not run."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for number, source in enumerate(sources)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}))


@contextmanager
def server(python: str, folder: Path, settings: dict[str, Any], *, disabled: bool = False) -> Iterator[str]:
    """Start a server of its own, with the extension or without; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp(dir=folder))
    tracker = home / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps(settings))
    config = home / "config/labconfig/page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": {"@seednb/labextension": disabled}}))
    places = {
        "HOME": "",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "run",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    variables = {name: str(home / place) for name, place in places.items()} | {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=bench"]
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser", "--LabApp.news_url=None", *options]
    process = subprocess.Popen(command, env={**os.environ, **variables}, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/status?token=bench")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def opened(browser: Any, address: str, name: str, until: str = "button.seednb-pill") -> Any:
    """Open a notebook in a new page, and wait for its kernel."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(300_000)
    page.goto(f"{address}/lab/tree/{name}?token=bench")
    page.wait_for_selector(until)
    page.wait_for_function(f"() => {{ {PANEL} return panel?.sessionContext?.session?.kernel?.status === 'idle' }}")
    return page


def toolbar(browser: Any, address: str, rounds: int) -> None:
    """Load a notebook's page again and again; tell how long after the notebook and after JupyterLab's restart button the seed is drawn."""
    after_panel, after_restart = [], []
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.add_init_script(TOOLBAR)
        page.goto(f"{address}/lab/tree/six.ipynb?token=bench")
        panel, seed, restart = page.wait_for_function(SEEN, timeout=120_000).json_value()
        after_panel.append(seed - panel)
        after_restart.append(seed - restart)
        page.close()
    for label, found in (("the notebook", after_panel), ("JupyterLab's restart button", after_restart)):
        print(f"the seed after {label}: median {statistics.median(found):.0f} ms, worst {max(found):.0f} ms (negative: before it)")


def replay(browser: Any, address: str, rounds: int) -> None:
    """Alternate the replay with JupyterLab's own restart and run all, in one page."""
    page = opened(browser, address, "six.ipynb")
    page.evaluate(REPLAY)
    times: dict[str, list[float]] = {"restart & replay": [], "restart and run all": []}
    for _ in range(rounds):
        for label, script in zip(times, (REPLAY, PLAIN)):
            begun = time.perf_counter()
            page.evaluate(script)
            times[label].append(time.perf_counter() - begun)
    for label, found in times.items():
        print(f"{label:<20} median {statistics.median(found):.2f} s, best {min(found):.2f} s")
    ratios = [first / second for first, second in zip(*times.values())]
    best = min(times["restart & replay"]) / min(times["restart and run all"])
    print(f"{'ratio':<20} median {statistics.median(ratios):.2f}, of the bests {best:.2f}")
    page.close()


def badge(browser: Any, address: str, rounds: int) -> None:
    """Run one cell again and again; tell how long after its end the badge is drawn."""
    page = opened(browser, address, "six.ipynb")
    page.evaluate(REPLAY)
    found = [page.evaluate(BADGE) for _ in range(rounds)]
    print(f"badge after the cell's end: median {statistics.median(found):.0f} ms, worst {max(found):.0f} ms (negative: before it)")
    page.close()


def scroll(browser: Any, address: str, mode: str) -> None:
    """Scroll a large notebook from top to bottom and back, as it stands after a replay."""
    page = opened(browser, address, "large.ipynb")
    page.evaluate(REPLAY)
    _print_scrolled(page, f"scrolling, {mode}, with marks")
    page.close()


def scroll_alone(browser: Any, address: str, mode: str) -> None:
    """Scroll the same notebook as JupyterLab shows it without us, once all its cells have run."""
    page = opened(browser, address, "large.ipynb", until=".jp-NotebookPanel-toolbar")
    page.evaluate(PLAIN)
    _print_scrolled(page, f"scrolling, {mode}, JupyterLab alone")
    page.close()


def scroll_drawn(browser: Any, address: str, mode: str, rounds: int) -> None:
    """Scroll a notebook of which all cells are drawn, with its marks shown and hidden by turns: what they cost by themselves.

    JupyterLab draws cells as it finds the time, and scrolls the slower the more are drawn, so that one page does not compare with another.
    """
    page = opened(browser, address, "drawn.ipynb")
    page.evaluate(REPLAY)
    page.evaluate(DRAW)
    style = page.evaluate_handle("() => document.head.appendChild(document.createElement('style'))")
    found: dict[str, list[dict[str, float]]] = {"shown": [], "hidden": []}
    page.evaluate(SCROLL)
    for _ in range(rounds):
        for label, rule in (("shown", ""), ("hidden", ".seednb-note { display: none !important; }")):
            style.evaluate("(node, rule) => { node.textContent = rule; }", rule)
            found[label].append(page.evaluate(SCROLL))
    for label, runs in found.items():
        took, longest = (statistics.median(run[name] for run in runs) for name in ("took", "longest"))
        label = f"{runs[0]['drawn']} cells, all drawn, marks {label:<6}"
        print(f"scrolling, {mode}, {label}: {took:.1f} s, longest task {longest:.0f} ms (medians)")
    ratios = [shown["took"] / hidden["took"] for shown, hidden in zip(*found.values())]
    print(f"scrolling, {mode}, marks shown / hidden: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}")
    page.close()


def _print_scrolled(page: Any, label: str) -> None:
    """Scroll twice, and tell what the second time took: the first draws what was never shown."""
    page.evaluate(SCROLL)
    run = page.evaluate(SCROLL)
    tasks = f"{run['tasks']} tasks over 50 ms, longest {run['longest']:.0f} ms"
    print(f"{label}: {run['took']:.1f} s, {tasks}, {run['drawn']} cells drawn, {run['verdicts']} verdicts")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, type=lambda text: str(Path(text).absolute()))
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--only", choices=("toolbar", "replay", "badge", "scroll"))
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, sync_playwright() as playwright:
        folder = Path(place)
        notebook(folder / "six.ipynb", SIX)
        for name, cells in (("large", options.cells), ("drawn", min(options.cells, 300))):
            notebook(folder / f"{name}.ipynb", ["import random", *["random.random()"] * (cells - 1)])
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        for mode in ("contentVisibility", "full"):
            with server(options.python, folder, {"windowingMode": mode}) as address:
                if mode == "contentVisibility" and options.only in (None, "toolbar"):
                    toolbar(browser, address, options.rounds)
                if mode == "contentVisibility" and options.only in (None, "replay"):
                    replay(browser, address, options.rounds)
                if mode == "contentVisibility" and options.only in (None, "badge"):
                    badge(browser, address, options.rounds)
                if options.only in (None, "scroll"):
                    scroll(browser, address, mode)
                    scroll_drawn(browser, address, mode, 3)
            if options.only in (None, "scroll"):
                with server(options.python, folder, {"windowingMode": mode}, disabled=True) as address:
                    scroll_alone(browser, address, mode)
        browser.close()


if __name__ == "__main__":
    main()
