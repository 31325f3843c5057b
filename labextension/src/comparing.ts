/** Hands in what a replay's cells give, one after the other, while the next ones run; the comparison itself is the server's. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IDisposable } from '@lumino/disposable';

import type { CellResult } from './answers';
import { type ReplayClient, reason } from './client';
import type { KernelLink } from './link';
import type { CellEvent, KernelEvent } from './wire';

export class Comparing implements IDisposable {
  private readonly _events = new Map<string, CellEvent>();
  private _tail: Promise<void>;
  private _problem = '';
  private _isDisposed = false;

  /** attached: settles once the server knows that the kernel is attached. lost: called when the server cannot compare any more. */
  constructor(
    private readonly _client: ReplayClient,
    private readonly _link: KernelLink,
    private readonly _id: string,
    attached: Promise<unknown>,
    private readonly _lost: (problem: string) => void
  ) {
    this._tail = attached.then(
      () => undefined,
      failure => this._lose(failure)
    );
    _link.events.connect(this._onEvent, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._link.events.disconnect(this._onEvent, this);
  }

  /** Hand in what a cell holds now that it has run. error: why it failed, if that ends the run. */
  add(cell: ICodeCellModel, error: string | null, compared: (result: CellResult) => void): void {
    const run = {
      cell: cell.id,
      outputs: cell.sharedModel.getOutputs(),
      execution_count: cell.executionCount,
      event: this._events.get(cell.id)?.raw ?? null,
      error
    };
    this._tail = this._tail.then(async () => {
      if (!this._problem) {
        try {
          compared(await this._client.cell(this._id, run));
        } catch (failure) {
          this._lose(failure);
        }
      }
    });
  }

  /** Wait until all cells that were handed in are compared; an Error in one line where the server could not. */
  async settled(): Promise<void> {
    await this._tail;
    if (this._problem) {
      throw new Error(this._problem);
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
