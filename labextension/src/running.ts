/**
 * Runs one cell as the notebook does, without what only a user's own key press should do: scroll, select, leave the edit mode.
 *
 * `NotebookActions.runCells` does these for each call; a replay calls once for each cell, while the user may read or type elsewhere.
 */

import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import { type Cell, CodeCell, type ICodeCellModel } from '@jupyterlab/cells';
import { isError } from '@jupyterlab/nbformat';
import * as notebooks from '@jupyterlab/notebook';
import type { INotebookCellExecutor, KernelError, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

const { NotebookActions } = notebooks;

/** How a cell's run ended. cancelled: it got no reply; its kernel is gone, or was interrupted before. */
export interface CellEnd {
  ran: boolean;
  error: { name: string; text: string } | null;
}

type Executed = { notebook: notebooks.Notebook; cell: Cell; success: boolean; error?: KernelError | null };

/** Runs the cells of one notebook. */
export class CellRunner {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _executor: INotebookCellExecutor | null,
    private readonly _dialogs: ISessionContextDialogs,
    private readonly _translator: ITranslator
  ) {}

  /** Run a cell; never fails. sent: called once its request is on its way to the kernel, if it goes through this page. */
  async run(cell: Cell, sent: () => void = () => undefined): Promise<CellEnd> {
    let end: CellEnd = { ran: false, error: null };
    const kernel = this._panel.sessionContext.session?.kernel;
    const { id } = cell.model;
    const notice = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
      if (direction === 'send' && msg.header.msg_type === 'execute_request' && msg.metadata.cellId === id) {
        kernel?.anyMessage.disconnect(notice);
        sent();
      }
    };
    const watch = (_: unknown, done: Executed): void => {
      if (done.cell === cell) {
        end = { ran: true, error: done.success ? null : done.error ? described(done.error) : shownError(cell) };
      }
    };
    NotebookActions.executed.connect(watch);
    kernel?.anyMessage.connect(notice);
    try {
      await ('runCell' in notebooks ? this._run(cell) : this._runSelected(cell));
    } catch {
      // The error is the cell's, and `executed` has told it.
    } finally {
      NotebookActions.executed.disconnect(watch);
      kernel?.anyMessage.disconnect(notice);
      if ('runCell' in notebooks) {
        rest(cell);
      }
    }
    return end;
  }

  /** Tell others that cells have been run, as after any run. */
  ended(lastCell: Cell): void {
    emit(NotebookActions.selectionExecuted, { notebook: this._panel.content, lastCell });
  }

  private async _run(cell: Cell): Promise<boolean> {
    const { content, sessionContext } = this._panel;
    const model = content.model;
    if (!model) {
      return false;
    }
    const options: INotebookCellExecutor.IRunCellOptions = {
      cell,
      notebook: model,
      notebookConfig: content.notebookConfig,
      onCellExecuted: args => emit(NotebookActions.executed, { notebook: content, ...args }),
      onCellExecutionScheduled: args => emit(NotebookActions.executionScheduled, { notebook: content, ...args }),
      sessionContext,
      sessionDialogs: this._dialogs,
      translator: this._translator
    };
    return this._executor ? this._executor.runCell(options) : notebooks.runCell(options);
  }

  /** JupyterLab before 4.2 has no way to run one cell but to select it. */
  private async _runSelected(cell: Cell): Promise<boolean> {
    const { content, sessionContext } = this._panel;
    const { activeCellIndex, mode } = content;
    content.deselectAll();
    content.activeCellIndex = content.widgets.indexOf(cell);
    const done = NotebookActions.run(content, sessionContext, this._dialogs, this._translator);
    content.activeCellIndex = activeCellIndex;
    content.mode = mode;
    return done;
  }
}

/** Take nothing more for a cell from its kernel: one that is being shut down still tells of the interrupt. */
export function silence(cell: Cell): void {
  if (cell instanceof CodeCell && !cell.isDisposed) {
    (cell.outputArea.future as Kernel.IShellFuture | null)?.dispose();
  }
}

/** A cell that the kernel has dropped, since one before it failed, does not run; only `NotebookActions.run` takes its `[*]` away. */
function rest(cell: Cell): void {
  const model = cell.model as ICodeCellModel | null;
  if (model?.type === 'code' && model.executionCount === null) {
    model.executionState = 'idle';
  }
}

/** Return the error that a cell shows: executors other than JupyterLab's own do not pass it on. */
function shownError(cell: Cell): { name: string; text: string } | null {
  const outputs = cell.model.type === 'code' ? (cell.model as ICodeCellModel).sharedModel.getOutputs() : [];
  const error = outputs.find(isError);
  return error ? described({ errorName: error.ename, errorValue: error.evalue }) : null;
}

function described(error: Pick<KernelError, 'errorName' | 'errorValue'>): { name: string; text: string } {
  const name = error.errorName ?? '';
  const text = `${name}: ${error.errorValue ?? ''}`.split('\n')[0] ?? name;
  return { name, text };
}

/** These signals are declared without their `emit`, which only the notebook package is meant to call; one who runs cells in its place must. */
function emit<T>(signal: ISignal<unknown, T>, args: T): void {
  if (signal instanceof Signal) {
    signal.emit(args);
  }
}
