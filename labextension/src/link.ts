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

import type { KernelRequest } from './answers';
import type { Reply } from './requests';
import { SilentRequests, languageOf, pause } from './requests';
import type { Loaded } from './state';
import type { Answer, Json, KernelEvent } from './wire';
import { EVENT_TYPE, WIRE_VERSION, asObject, asText, fromPython, parseAnswer, parseEvent } from './wire';

export type { Reply } from './requests';

const CLIENT = `jupyterlab-${UUID.uuid4()}`;
const QUIET_AFTER_RESTART = 500;
const PYTHON = 'python';
const HELLO = { badges: true, variables: false, records: true };
const TRIES = 3;
const PAUSE = 200;

/** What is known of the kernel's side. */
export type LinkStatus = { loaded: Loaded; language: string };

export class KernelLink implements IDisposable {
  constructor(context: ISessionContext) {
    this._context = context;
    this._requests = new SilentRequests(context);
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
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._requests.drop();
      Signal.clearData(this);
    }
  }

  /** Say hello, unless somebody holds the link or the kernel's language is not ours; the answer comes as a signal too. */
  async hello(): Promise<Answer | null> {
    if (this._holds > 0 || this._isDisposed) {
      return null;
    }
    if (!this._helloing) {
      const saying = this._hello().finally(() => {
        this._helloing = this._helloing === saying ? null : this._helloing;
      });
      this._helloing = saying;
    }
    return this._helloing;
  }

  /** Say hello, before a cell runs and after it, as long as seednb is not known to be there; a queue of cells asks once. */
  poke(): void {
    if (this._status.loaded === 'unknown' || this._status.loaded === 'no') {
      void this.hello();
    }
  }

  /** Ask the kernel for something (`{do: 'seed', value: 42}`); an Error in one line where it refuses. */
  async ask(request: Json): Promise<Answer> {
    return this._call('ask', request);
  }

  /** Send no hello until the return value is disposed: a replay attaches to the new runtime first. */
  hold(): IDisposable {
    this._holds += 1;
    return new DisposableDelegate(() => {
      this._holds -= 1;
    });
  }

  /** Send a silent request once the one before is answered; an Error where the kernel is gone. */
  request(code: string, expressions: Json = {}): Promise<Reply> {
    return this._requests.send(code, expressions);
  }

  /** Send a request that loads seednb and seeds, and say hello in it, so that the first cells wait for no other request. */
  async attach({ code, expressions }: KernelRequest): Promise<Reply> {
    const isPython = this._status.language.toLowerCase() === PYTHON;
    const reply = await this.request(code, isPython ? { ...expressions, hello: said('hello', HELLO) } : expressions);
    const answer = told(reply, 'hello');
    if (answer) {
      this._heard(answer);
    }
    return reply;
  }

  private async _hello(): Promise<Answer | null> {
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      this._setStatus('no-kernel', '');
      return null;
    }
    await pause(Math.max(0, this._quietUntil - Date.now()));
    const language = await languageOf(kernel);
    if (this._isDisposed || this._context.session?.kernel !== kernel) {
      return null;
    }
    if (language.toLowerCase() !== PYTHON) {
      this._setStatus('other-language', language);
      return null;
    }
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        return await this._call('hello', HELLO);
      } catch (error) {
        if (!(error instanceof Aborted)) {
          this._setStatus(error instanceof NotLoaded ? error.how : this._status.loaded, language);
          return null;
        }
        await pause(PAUSE);
      }
    }
    return null;
  }

  private async _call(method: 'hello' | 'ask', request: Json): Promise<Answer> {
    const reply = await this.request('', { seednb: said(method, request) });
    if (reply.status !== 'ok') {
      throw new Aborted('a cell has failed meanwhile: try again');
    }
    const answer = told(reply, 'seednb');
    if (!answer) {
      throw new NotLoaded(evaluates(reply) ? 'no' : 'unseen');
    }
    this._heard(answer);
    return answer;
  }

  private _heard(answer: Answer): void {
    if (this._isDisposed) {
      return;
    }
    const { version } = answer;
    this._setStatus(version < WIRE_VERSION ? 'old' : version > WIRE_VERSION ? 'newer' : 'yes', PYTHON);
    this._answered.emit(answer);
  }

  private _onMessage(_: ISessionContext, message: KernelMessage.IMessage): void {
    if (message.header.msg_type === 'execute_input') {
      this.poke(); // another tab's cell may load seednb
    }
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
    if (status === 'connected' && this._wasConnected === false && this._requests.isPending) {
      this._requests.drop(); // its answer may be lost
      this._helloing = null;
      void this.hello();
    }
    this._wasConnected = status === 'connected';
  }

  /** Forget what is known: another process answers from now on. */
  private _renew(): void {
    this._requests.drop();
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
  private readonly _requests: SilentRequests;
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

/** Return the user expression that says something to seednb in the kernel. */
function said(method: 'hello' | 'ask', request: Json): string {
  const text = JSON.stringify({ version: WIRE_VERSION, client: CLIENT, ...request });
  return `get_ipython()._seednb.${method}(${JSON.stringify(text)})`;
}

/** Return what seednb has answered to a user expression; null where it is not there. */
function told(reply: Reply, name: string): Answer | null {
  const value = asObject(asObject(asObject(reply)?.user_expressions)?.[name]);
  const shown = value?.status === 'ok' ? asObject(value.data)?.['text/plain'] : undefined;
  return shown === undefined ? null : parseAnswer(fromPython(asText(shown, Infinity)) ?? '');
}

/** Tell whether a kernel has tried the user expression at all: https://github.com/jupyterlite/pyodide-kernel does not. */
function evaluates(reply: Reply): boolean {
  return asObject(asObject(reply)?.user_expressions)?.seednb !== undefined;
}

/** seednb is not loaded in the kernel, or cannot be heard there. */
class NotLoaded extends Error {
  constructor(readonly how: 'no' | 'unseen') {
    super('seednb is not loaded in this kernel, or too old for that');
  }
}

/** The request was thrown away, since a cell before it has failed. */
class Aborted extends Error {}
