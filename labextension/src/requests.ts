/** Silent requests to a kernel, one at a time: no output, no execution count, nothing in the history. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import type { Json } from './wire';

/** What a silent request brings back: the reply's content. */
export type Reply = KernelMessage.IExecuteReplyMsg['content'];

type Expressions = { [name: string]: string };
type Future = Kernel.IShellFuture<KernelMessage.IExecuteRequestMsg, KernelMessage.IExecuteReplyMsg>;

export class SilentRequests {
  constructor(private readonly _context: ISessionContext) {}

  /** Whether a request has been sent and not been answered yet. */
  get isPending(): boolean {
    return this._future !== null;
  }

  /** Send a request once the one before is answered; an Error where the kernel is gone. */
  async send(code: string, expressions: Json): Promise<Reply> {
    const before = this._tail;
    let free = (): void => undefined;
    this._tail = new Promise(resolve => (free = resolve));
    await before;
    try {
      return await this._execute(code, expressions as Expressions);
    } finally {
      free();
    }
  }

  /** Wait no longer for the answer that is due: the process that should give it is gone. */
  drop(): void {
    this._future?.dispose();
  }

  private async _execute(code: string, expressions: Expressions): Promise<Reply> {
    const kernel = this._context.session?.kernel;
    if (!kernel || this._context.isDisposed) {
      throw new Error('there is no kernel');
    }
    const options = { silent: true, store_history: false, allow_stdin: false, stop_on_error: false };
    const future = kernel.requestExecute({ code, user_expressions: expressions, ...options });
    this._future = future;
    try {
      return (await future.done).content;
    } finally {
      this._future = null;
    }
  }

  private _future: Future | null = null;
  private _tail: Promise<void> = Promise.resolve();
}

/** Return the language of a kernel as the kernel names it; empty where it is gone. */
export async function languageOf(kernel: Kernel.IKernelConnection): Promise<string> {
  try {
    return (await kernel.info).language_info.name;
  } catch {
    return '';
  }
}

/** Wait. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
