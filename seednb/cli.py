"""The command line, `seednb` and `jupyter seednb`.

Exit codes: 0 ran or reproduced, 1 a cell failed or differed, 2 bad input, 130 stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from seednb import __version__, options
from seednb.errors import SeednbError, SettingsError

OK, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seednb")
def cli() -> None:
    """Make notebooks reproducible: one seed for every generator, recorded, replayed, compared."""


@cli.command()
@click.argument("notebook", type=options.PATH)
@click.option("-o", "--output", type=options.PATH, help="Write here, in place of replacing NOTEBOOK.")
@options.seed
@click.option(
    "--per-cell", is_flag=True, help="Let each cell draw from its own stream, so that changing one leaves the others as they are."
)
@click.option("--strict", is_flag=True, help="Let the frameworks use deterministic operations only, from the first cell on.")
@click.option("--display-ids", is_flag=True, help="Let the identifiers in plots, tables and widgets follow the seed too.")
@click.option("--no-seal", is_flag=True, help="Leave unseeded generators to the operating system's entropy.")
@options.timeout
@options.kernel
@click.option("--stream", is_flag=True, help="Show what the cells print, while they run.")
@options.quiet
def run(
    notebook: Path,
    output: Path | None,
    seed: int | None,
    per_cell: bool,
    strict: bool,
    display_ids: bool,
    no_seal: bool,
    timeout: float | None,
    kernel: str | None,
    stream: bool,
    quiet: bool,
) -> int:
    """Run NOTEBOOK in a fresh runtime, seeded before its first cell, and write it with its record."""
    from seednb.replay.report import Report
    from seednb.replay.run import RunOptions, run_notebook
    from seednb.streams import PER_CELL, STREAM

    report = Report(quiet=quiet, stream=stream)
    mode = PER_CELL if per_cell else STREAM
    asked = RunOptions(
        seed=seed, seal=not no_seal, timeout=timeout, kernel=kernel, output=output, mode=mode, strict=strict, display_ids=display_ids
    )
    result = run_notebook(notebook, asked, report.progress(notebook))
    report.ran(result)
    if result.execution.interrupted:
        return STOPPED
    return OK if result.execution.complete else FAILED


@cli.command()
@click.argument("notebooks", type=options.PATH, nargs=-1, required=True)
@options.seed
@options.timeout
@options.kernel
@options.rtol
@options.atol
@options.ulp
@options.forms
@click.option("--update", is_flag=True, help="Accept the replay: write what differs, and its record, into the notebook.")
@click.option("--keep", type=options.PATH, metavar="FILE", help="Write the replayed notebook to FILE.")
@options.quiet
def verify(
    notebooks: Sequence[Path],
    seed: int | None,
    timeout: float | None,
    kernel: str | None,
    rtol: float | None,
    atol: float | None,
    ulp: int | None,
    forms: options.Forms,
    update: bool,
    keep: Path | None,
    quiet: bool,
) -> int:
    """Replay NOTEBOOKS in fresh runtimes with their recorded seeds, and compare. Writes no notebook but with --update or --keep.

    A notebook without a record is run twice, with one new seed and two hash seeds, and the two runs are compared.
    """
    from seednb.replay import accept
    from seednb.replay.report import Report
    from seednb.replay.verify import VerifyOptions, verify_notebook

    accept.check(notebooks, update=update, keep=keep, seed=seed)
    report = Report(quiet=quiet or forms.as_json)
    results = []
    for path in notebooks:
        asked = VerifyOptions(seed=seed, timeout=timeout, kernel=kernel, rtol=rtol, atol=atol, ulp=ulp)
        result = verify_notebook(path, asked, report.progress(path))
        if keep is not None:
            result = accept.keep(result, keep)
        results.append(result)
        report.verified(result)
        if result.interrupted:
            break
        if update:
            report.accepted(path, accept.accept(result))
    report.wrote(forms.write([result.facts for result in results]))
    if results[-1].interrupted:
        return STOPPED
    return OK if update or all(result.reproduced for result in results) else FAILED


@cli.command()
@click.argument("first", type=options.PATH)
@click.argument("second", type=options.PATH)
@options.rtol
@options.atol
@options.ulp
@options.forms
def compare(first: Path, second: Path, rtol: float | None, atol: float | None, ulp: int | None, forms: options.Forms) -> int:
    """Compare two executed notebooks, FIRST and SECOND, without running them."""
    from seednb.compare import compare_notebooks, policy_for
    from seednb.notebook import load
    from seednb.replay.report import Report
    from seednb.report import Side, gather

    (a, record_a), (b, record_b) = load(first), load(second)
    policy = policy_for(first.parent)
    comparison = compare_notebooks(a, b, record_a=record_a, record_b=record_b, rtol=rtol, atol=atol, ulp=ulp, policy=policy)
    sides = (Side(a, record_a, "first"), Side(b, record_b, "second"))
    facts = gather("compare", str(first), comparison, *sides, other=str(second))
    report = Report(quiet=forms.as_json)
    report.compared(facts)
    report.wrote(forms.write([facts]))
    return OK if comparison.reproduced else FAILED


@cli.command()
@click.argument("notebook", type=options.PATH)
@options.as_json
def show(notebook: Path, as_json: bool) -> int:
    """Show the record of NOTEBOOK: its seed, where it came from, and what each cell drew."""
    from seednb.notebook import Notebook
    from seednb.replay.report import Report

    read = Notebook.read(notebook)
    record = read.record()
    if record is None:
        click.echo(f"seednb: {notebook} has no record; seednb run makes one", err=True)
        return FAILED
    if as_json:
        options.print_json(record.to_json())
    else:
        Report().shown(read, record)
    return OK


@cli.command()
@click.argument("paths", type=options.PATH, nargs=-1, metavar="NB…")
@click.option("--select", metavar="CODES", help="Look for these only: rules or their beginnings, with commas between.")
@click.option("--ignore", metavar="CODES", help="Leave these out.")
@click.option("--explain", metavar="CODE", help="Print the page of a rule; all: one line for each.")
@options.as_json
def check(paths: Sequence[Path], select: str | None, ignore: str | None, explain: str | None, as_json: bool) -> int:
    """Look into notebooks, folders of them and scripts for what keeps a run from being repeated. Runs nothing."""
    from seednb.check import command
    from seednb.check.select import Selection

    if explain is not None:
        command.explain(explain)
        return OK
    if not paths:
        raise click.UsageError("name notebooks or folders: seednb check NB…")
    findings, unread = command.check(paths, Selection(select, ignore), as_json=as_json)
    return BAD_INPUT if unread else FAILED if findings else OK


@cli.command()
@options.user
@options.system
@click.option("--r", "with_r", is_flag=True, help="The R kernels that Jupyter finds here too.")
def enable(user: bool, system: bool, with_r: bool) -> int:
    """Let kernels load seednb at their start, before the first cell: those of this environment, or more.

    Kernels that a Jupyter Server starts also get what must be set before Python starts, such as the hash seed.
    """
    from seednb import startup
    from seednb.irkernel import specs

    folders = specs.found() if with_r else {}
    if with_r and not folders:
        raise SettingsError("no R kernel is installed where Jupyter looks: in R, IRkernel::installspec() installs one")
    place = startup.place(options.place(user, system))
    written = startup.enable(place) + [path for folder in folders.values() for path in specs.enable(folder, place.data)]
    for path in written:
        click.echo(f"seednb: wrote {path}")
    if written:
        click.echo("seednb: enabled: kernels load seednb from their next start on; restart a running Jupyter Server; seednb doctor checks")
    else:
        click.echo("seednb: it was enabled already")
    return OK


@cli.command()
def disable() -> int:
    """Take away what `seednb enable` has written, wherever that was."""
    from seednb import startup
    from seednb.irkernel import specs

    removed = [path for name in startup.PLACES for path in startup.disable(startup.place(name))]
    removed += specs.disable()
    for path in removed:
        click.echo(f"seednb: {'changed' if path.exists() else 'removed'} {path}")
    click.echo("seednb: disabled: kernels load it no more from their next start on" if removed else "seednb: it was not enabled")
    return OK


@cli.command()
@options.as_json
def doctor(as_json: bool) -> int:
    """Say what is in force in each front end, and how to mend what is not."""
    from seednb.doctor import examine
    from seednb.replay.report import Report

    examination = examine(Path.cwd())
    if as_json:
        options.print_json(examination.to_json())
    else:
        Report().examined(examination)
    return OK if examination.well else FAILED


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    try:
        code = cli.main(args=None if arguments is None else list(arguments), prog_name="seednb", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.ClickException as error:
        error.show()
        code = BAD_INPUT
    except SeednbError as error:
        click.echo(f"seednb: {error}", err=True)
        code = BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("seednb: stopped", err=True)
        code = STOPPED
    sys.exit(code)
