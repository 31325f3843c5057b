/**
 * The line to one notebook's kernel: says hello, asks, and passes on what the kernel tells.
 *
 * No comms: they run beside the cell that is running. Requests are silent executes with a user expression, one at a time;
 * events are IOPub messages. Nothing here polls: every request follows a change of the kernel, a cell, or a user's wish.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Loaded } from './state';
import type { Answer, Json, KernelEvent } from './wire';
import {
  EVENT_TYPE,
  WIRE_VERSION,
  asObject,
  asText,
  fromPython,
  oneLine,
  parseAnswer,
  parseEvent
} from './wire';

/** What a silent request brings back: the reply's content. */
export type Reply = KernelMessage.IExecuteReplyMsg['content'];

const CLIENT = `jupyterlab-${UUID.uuid4()}`;
const QUIET_AFTER_RESTART = 500;

/** What is known of the kernel's side. */
export interface LinkStatus {
  loaded: Loaded;
  language: string;
}

export class KernelLink implements IDisposable {
  constructor(context: ISessionContext) {
    this._context = context;
    context.kernelChanged.connect(this._onKernelChanged, this);
    context.statusChanged.connect(this._onStatusChanged, this);
    context.connectionStatusChanged.connect(this._onConnection, this);
    context.iopubMessage.connect(this._onMessage, this);
  }

  /** The kernel's state has changed, as far as seednb is concerned. */
  get statusChanged(): ISignal<this, LinkStatus> {
    return this._statusChanged;
  }

  /** The kernel has answered with its whole state. */
  get answered(): ISignal<this, Answer> {
    return this._answered;
  }

  /** The kernel has sent an event. */
  get events(): ISignal<this, KernelEvent> {
    return this._events;
  }

  /** Another process serves this notebook now: restarted by a user, by itself, or another kernel. */
  get restarted(): ISignal<this, void> {
    return this._restarted;
  }

  get status(): LinkStatus {
    return this._status;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._future?.dispose();
    Signal.clearData(this);
  }

  /** Say hello, unless somebody holds the link or the kernel's language is not ours; the answer comes as a signal too. */
  async hello(): Promise<Answer | null> {
    if (this._holds > 0 || this._isDisposed) {
      return null;
    }
    return (this._helloing ??= this._hello().finally(() => {
      this._helloing = null;
    }));
  }

  /**
   * Say hello when nothing else is known of the kernel: before a cell runs, and after it.
   *
   * An answer that is under way is enough, so that a queue of many cells asks once.
   */
  poke(): void {
    if (this._status.loaded === 'unknown' || this._status.loaded === 'no') {
      void this.hello();
    }
  }

  /** Ask the kernel for something (`{do: 'seed', value: 42}`); an Error in one line where it refuses. */
  async ask(request: Json): Promise<Answer> {
    const text = JSON.stringify({
      version: WIRE_VERSION,
      client: CLIENT,
      ...request
    });
    const answer = await this._call('ask', text);
    this._heard(answer);
    return answer;
  }

  /** Send no hello until the return value is disposed: a replay attaches to the new runtime first. */
  hold(): IDisposable {
    this._holds += 1;
    return new DisposableDelegate(() => {
      this._holds -= 1;
    });
  }

  /** Send a silent request once the one before is answered; an Error where the kernel is gone. */
  async request(code: string, expressions: Json = {}): Promise<Reply> {
    const before = this._tail;
    let free = (): void => undefined;
    this._tail = new Promise(resolve => (free = resolve));
    await before;
    try {
      return await this._send(code, expressions);
    } finally {
      free();
    }
  }

  private async _hello(): Promise<Answer | null> {
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      this._setStatus('no-kernel', '');
      return null;
    }
    const wait = this._quietUntil - Date.now();
    if (wait > 0) {
      await new Promise(resolve => setTimeout(resolve, wait));
    }
    const language = await languageOf(kernel);
    if (this._isDisposed || this._context.session?.kernel !== kernel) {
      return null;
    }
    if (language.toLowerCase() !== 'python') {
      this._setStatus('other-language', language);
      return null;
    }
    const said = { client: CLIENT, badges: true, variables: false, records: true };
    try {
      const text = JSON.stringify({ version: WIRE_VERSION, ...said });
      const answer = await this._call('hello', text);
      this._heard(answer);
      return answer;
    } catch (error) {
      if (error instanceof NotLoaded) {
        this._setStatus('no', language);
      }
      return null;
    }
  }

  private async _call(method: 'hello' | 'ask', text: string): Promise<Answer> {
    const quoted = JSON.stringify(text);
    const expression = `get_ipython()._seednb.${method}(${quoted})`;
    const reply = await this.request('', { seednb: expression });
    const value = asObject(asObject(asObject(reply)?.user_expressions)?.seednb);
    if (value?.status !== 'ok') {
      throw method === 'ask' && this._status.loaded === 'old'
        ? new Error(`the kernel cannot do that: update seednb there`)
        : new NotLoaded(oneLine(asText(value?.evalue) || 'no answer'));
    }
    const shown = asObject(value.data)?.['text/plain'];
    return parseAnswer(fromPython(asText(shown, Infinity)) ?? '');
  }

  private async _send(code: string, expressions: Json): Promise<Reply> {
    const kernel = this._context.session?.kernel;
    if (!kernel || this._isDisposed) {
      throw new Error('there is no kernel');
    }
    const future = kernel.requestExecute({
      code,
      silent: true,
      store_history: false,
      user_expressions: expressions as KernelMessage.IExecuteRequestMsg['content']['user_expressions'] & object,
      allow_stdin: false,
      stop_on_error: false
    });
    this._future = future;
    try {
      return (await future.done).content;
    } finally {
      this._future = null;
    }
  }

  private _heard(answer: Answer): void {
    if (this._isDisposed) {
      return;
    }
    const how =
      answer.version < WIRE_VERSION
        ? 'old'
        : answer.version > WIRE_VERSION
          ? 'newer'
          : 'yes';
    this._setStatus(how, 'python');
    this._answered.emit(answer);
  }

  private _onMessage(_: ISessionContext, message: KernelMessage.IMessage): void {
    if ((message.header.msg_type as string) !== EVENT_TYPE) {
      return;
    }
    const event = parseEvent(message.content);
    if (event?.event === 'restart') {
      this._quietUntil = Date.now() + QUIET_AFTER_RESTART;
      this._renewing = true;
      this._renew();
    }
    if (event) {
      this._events.emit(event);
    }
  }

  private _onKernelChanged(): void {
    this._renewing = false;
    this._renew();
  }

  private _onStatusChanged(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this._renewing = true;
    } else if (this._renewing && (status === 'starting' || status === 'idle' || status === 'busy')) {
      this._renewing = false;
      this._renew();
    } else if (status === 'dead') {
      this._setStatus('no-kernel', '');
    }
  }

  private _onConnection(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (status === 'connected' && this._wasConnected === false && this._future) {
      this._future.dispose(); // its answer may be lost
      void this.hello();
    }
    this._wasConnected = status === 'connected';
  }

  /** Forget what is known: another process answers from now on. */
  private _renew(): void {
    this._future?.dispose();
    this._helloing = null;
    this._setStatus('unknown', this._status.language);
    this._restarted.emit();
    void this.hello();
  }

  private _setStatus(loaded: Loaded, language: string): void {
    if (this._isDisposed || (this._status.loaded === loaded && this._status.language === language)) {
      return;
    }
    this._status = { loaded, language };
    this._statusChanged.emit(this._status);
  }

  private readonly _context: ISessionContext;
  private _status: LinkStatus = { loaded: 'unknown', language: '' };
  private _future: Kernel.IShellFuture<KernelMessage.IExecuteRequestMsg, KernelMessage.IExecuteReplyMsg> | null = null;
  private _tail: Promise<void> = Promise.resolve();
  private _helloing: Promise<Answer | null> | null = null;
  private _holds = 0;
  private _quietUntil = 0;
  private _renewing = false;
  private _wasConnected: boolean | null = null;
  private _isDisposed = false;
  private readonly _statusChanged = new Signal<this, LinkStatus>(this);
  private readonly _answered = new Signal<this, Answer>(this);
  private readonly _events = new Signal<this, KernelEvent>(this);
  private readonly _restarted = new Signal<this, void>(this);
}

/** seednb is not loaded in the kernel, or the expression failed for another reason. */
class NotLoaded extends Error {}

async function languageOf(kernel: Kernel.IKernelConnection): Promise<string> {
  try {
    return (await kernel.info).language_info.name;
  } catch {
    return '';
  }
}
