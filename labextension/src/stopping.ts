/** Why a replay ends before its last cell: the user, a failing cell, a kernel that dies or is restarted, a notebook that is closed. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import type { Recorded } from './answers';
import type { CellEnd } from './running';
import { asObject } from './wire';

const GONE: readonly Kernel.Status[] = ['autorestarting', 'dead', 'terminating', 'restarting'];

/** What lives as long as a replay may go on. */
export interface Lives {
  sessionContext: ISessionContext;
  disposed: { connect: (slot: () => void, self?: object) => boolean; disconnect: (slot: () => void, self?: object) => boolean };
}

/** Watches over one replay. */
export class Stop implements IDisposable {
  /** Resolves, as a cell's end, when no cell's end is to be waited for any more. */
  readonly broken: Promise<CellEnd>;
  private _break: () => void = () => undefined;
  private _why = '';
  private _isAlive = true;
  private _isClosed = false;
  private _isDisposed = false;
  private _isWatching = false;

  constructor(
    private readonly _lives: Lives,
    private readonly _trans: TranslationBundle
  ) {
    this.broken = new Promise(resolve => {
      this._break = () => resolve({ ran: false, error: null });
    });
    _lives.disposed.connect(this._onClosed, this);
  }

  /** Why no further cell is run; empty while there is no reason. */
  get why(): string {
    return this._why;
  }

  /** Whether the runtime that the replay began with is still there. */
  get isAlive(): boolean {
    return this._isAlive;
  }

  /** Whether the notebook was closed. */
  get closed(): boolean {
    return this._isClosed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._lives.disposed.disconnect(this._onClosed, this);
      this._lives.sessionContext.statusChanged.disconnect(this._onStatus, this);
    }
  }

  /** Take every further restart as the end: the replay's own is over. */
  watch(): void {
    if (!this._isWatching && !this._isDisposed) {
      this._isWatching = true;
      this._lives.sessionContext.statusChanged.connect(this._onStatus, this);
    }
  }

  /** Run no further cell; the first reason is kept. */
  because(why: string): void {
    this._why ||= why;
  }

  /** The user wants no more: a running cell is interrupted. */
  async byUser(): Promise<void> {
    this.because(this._trans.__('The replay was stopped.'));
    const kernel = this._lives.sessionContext.session?.kernel;
    if (kernel?.status === 'busy') {
      await kernel.interrupt().catch(() => undefined);
    }
  }

  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (GONE.includes(status)) {
      this._isAlive = false;
      this.because(
        this._lives.sessionContext.isRestarting
          ? this._trans.__('The kernel was restarted during the replay.')
          : this._trans.__('The kernel died, or was restarted from elsewhere, during the replay.')
      );
      this._break();
    }
  }

  private _onClosed(): void {
    this._isClosed = true;
    this._isAlive = false;
    this._break();
  }
}

/** Tell whether a cell is tagged as one that may fail. */
export function mayFail(cell: Cell): boolean {
  const tags: unknown = cell.model.getMetadata('tags');
  return Array.isArray(tags) && tags.includes('raises-exception');
}

/** Tell whether a cell was interrupted, and is not one that was recorded so. */
export function isInterrupt(end: CellEnd, recorded: Recorded | null): boolean {
  const name = end.error?.name;
  if (name === undefined || (name !== 'KeyboardInterrupt' && name !== '')) {
    return false;
  }
  return !recorded?.outputs.some(output => asObject(output)?.ename === name);
}
