/**
 * Verify in background: the server replays the saved file in a fresh kernel, and this page follows how far it is.
 *
 * A page that opens the notebook again takes up what another one began and left: the server goes on with it, and lets only so many run.
 */

import type { Outcome, Verification } from './answers';
import { type ReplayClient, isGone, reason } from './client';

/** How a verification ended. outcome: null where there is none; problem: why, in one line; empty where it was cancelled. */
export interface VerifyEnd {
  outcome: Outcome | null;
  problem: string;
}

/** What remembers which verification of a notebook is under way: `localStorage`, so that also a new tab finds what a closed one has left. */
export type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Follows one verification of a notebook at a time. */
export class Verifier {
  private _id: string | null = null;
  private _isDisposed = false;

  /** where: tells servers apart whose pages share one memory. */
  constructor(
    private readonly _client: ReplayClient,
    private readonly _memory: Memory,
    private readonly _where: string,
    private readonly _told: (verification: Verification) => void
  ) {}

  /** Whether a verification is under way. */
  get isRunning(): boolean {
    return this._id !== null;
  }

  /** Stop following; the verification goes on, and a page that opens the notebook again takes it up. */
  dispose(): void {
    this._isDisposed = true;
    this._id = null;
  }

  /** Verify a file as it was saved then; null where the notebook was closed meanwhile. Fails in one line where it cannot begin. */
  async run(path: string, saved: string, seed: number | null): Promise<VerifyEnd | null> {
    const id = await this._client.verify(path, seed);
    this._memory.setItem(this._key(path), `${id} ${saved}`);
    return this._follow(path, id);
  }

  /** Take up what was begun before the notebook was opened; null where there is nothing, or the file has been saved since. */
  async resume(path: string, saved: string): Promise<VerifyEnd | null> {
    const [id, then] = this._memory.getItem(this._key(path))?.split(' ') ?? [];
    if (!id || this._id !== null) {
      return null;
    }
    const end = await this._follow(path, id);
    return end?.outcome && then === saved ? end : null;
  }

  /** Cancel it. */
  async cancel(): Promise<void> {
    if (this._id !== null) {
      await this._client.cancel(this._id);
    }
  }

  private async _follow(path: string, id: string): Promise<VerifyEnd | null> {
    this._id = id;
    let after = 0;
    try {
      while (this._id === id) {
        const now = await this._client.follow(id, after);
        if (this._isDisposed) {
          return null;
        }
        if (now.state !== 'running') {
          this._memory.removeItem(this._key(path));
          return ended(now);
        }
        after = now.n;
        this._told(now);
      }
      return null;
    } catch (failure) {
      // A page that goes away loses its requests too: what it began is kept in mind.
      if (isGone(failure)) {
        this._memory.removeItem(this._key(path));
      }
      return { outcome: null, problem: reason(failure) };
    } finally {
      this._id = null;
    }
  }

  private _key(path: string): string {
    return `seednb:verification:${this._where}:${path}`;
  }
}

function ended(now: Verification): VerifyEnd {
  if (now.state === 'done' && now.result) {
    return { outcome: now.result, problem: '' };
  }
  return { outcome: null, problem: now.state === 'cancelled' ? '' : now.text || 'the verification failed' };
}
