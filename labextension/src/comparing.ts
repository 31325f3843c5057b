/**
 * Hands in what a replay's cells give, one after the other, while the next ones run; the comparison itself is the server's.
 *
 * Cells that follow each other quickly wait for a pause, and the last ones go with the replay's end, which compares the whole anyway.
 */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';

import type { CellResult, CellRun } from './answers';
import { type ReplayClient, reason } from './client';
import type { KernelLink } from './link';
import type { CellEvent, KernelEvent } from './wire';

/** For how long cells wait, in ms. */
const PAUSE = 250;

export class Comparing implements IDisposable {
  private readonly _events = new Map<string, CellEvent>();
  private readonly _runs = new Map<string, CellRun>();
  private readonly _held: CellRun[] = [];
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _tail: Promise<void> | null = null;
  private _problem = '';
  private _isDisposed = false;

  /** handIn: tells the server that the kernel is attached; called once the first cell has run. lost: called when the server cannot compare any more. */
  constructor(
    private readonly _client: ReplayClient,
    private readonly _link: KernelLink,
    private readonly _id: string,
    private readonly _handIn: () => Promise<unknown>,
    private readonly _compared: (results: CellResult[]) => void,
    private readonly _lost: (problem: string) => void
  ) {
    _link.events.connect(this._onEvent, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._link.events.disconnect(this._onEvent, this);
  }

  /** Hand in what a cell holds now that it has run. error: why it failed, if that ends the run. */
  add(cell: ICodeCellModel, error: string | null): void {
    const run: CellRun = {
      cell: cell.id,
      outputs: cell.sharedModel.getOutputs(),
      execution_count: cell.executionCount,
      event: this._events.get(cell.id)?.raw ?? null,
      error
    };
    this._runs.set(cell.id, run);
    this._held.push(run);
    void this._attached();
    this._timer ??= setTimeout(() => this._send(), PAUSE);
  }

  /** Wait until all cells that were added are compared; an Error in one line where the server could not. */
  async settled(): Promise<void> {
    this._send();
    await this.sent();
  }

  /** Wait for what is under way; what is still held belongs to the replay's end. */
  async sent(): Promise<CellRun[]> {
    clearTimeout(this._timer);
    await this._attached();
    if (this._problem) {
      throw new Error(this._problem);
    }
    return this._held.splice(0);
  }

  /** Return the outputs of cells that show something else now than when they had run: later cells have updated them. */
  updated(cells: readonly ICodeCellModel[]): { [id: string]: IOutput[] } {
    const found: { [id: string]: IOutput[] } = {};
    for (const cell of cells) {
      const run = this._runs.get(cell.id);
      const now = run && cell.sharedModel.getOutputs();
      if (now && !JSONExt.deepEqual(run.outputs, now)) {
        found[cell.id] = now;
      }
    }
    return found;
  }

  private _send(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._tail = this._attached().then(() => this._compare());
  }

  private _attached(): Promise<void> {
    this._tail ??= this._handIn().then(
      () => undefined,
      failure => this._lose(failure)
    );
    return this._tail;
  }

  private async _compare(): Promise<void> {
    const runs = this._problem ? [] : this._held.splice(0);
    if (runs.length) {
      try {
        this._compared(await this._client.cells(this._id, runs));
      } catch (failure) {
        this._lose(failure);
      }
    }
  }

  private _lose(failure: unknown): void {
    this._problem = reason(failure);
    this._lost(this._problem);
  }

  private _onEvent(_: KernelLink, event: KernelEvent): void {
    if (event.event === 'cell') {
      this._events.set(event.key, event);
    }
  }
}
