/** One open notebook: its state, its kernel link, its record, and what a user may ask of them. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Api } from './api';
import { KernelLink } from './link';
import { callsBySource } from './merge';
import { RecordWriter } from './record';
import type { Settings } from './settings';
import { linesById } from './sources';
import type { Action, PanelState } from './state';
import { INITIAL, reduce } from './state';
import type { Lines } from './states';
import { Surroundings } from './surroundings';
import type { PanelControl } from './tokens';
import type { Answer, Json, KernelEvent, Mode } from './wire';
import { RECORD_KEY, asObject, asText, readRecord } from './wire';

// As at a kernel's start: a seed is in force before the first cell that runs. No name is left in the user's namespace.
const LOAD = "__import__('seednb.kernel').kernel.load(get_ipython(), at_start=True)";

export class SeedPanel implements IDisposable {
  constructor(
    readonly panel: NotebookPanel,
    private readonly _api: Api,
    settings: Settings,
    readonly trans: TranslationBundle
  ) {
    this.link = new KernelLink(panel.sessionContext);
    this.record = new RecordWriter(panel, this.link, _api, settings);
    this._surroundings = new Surroundings(panel, _api, differences => this.dispatch({ type: 'differences', differences }));
    this.link.restarted.connect(() => this._surroundings.gone());
    this.link.statusChanged.connect((_, { loaded, language }) =>
      this.dispatch({ type: 'loaded', loaded, language })
    );
    this.link.answered.connect(this._onAnswer, this);
    this.link.events.connect(this._onEvent, this);
    NotebookActions.executionScheduled.connect(this._onScheduled, this);
    NotebookActions.executed.connect(this._onExecuted, this);
    panel.disposed.connect(this.dispose, this);
    void this._start();
  }

  /** What replays this notebook; null until the plugin that does is there. */
  get control(): PanelControl | null {
    return this._control;
  }

  set control(control: PanelControl | null) {
    this._control = control;
    this._changed.emit(this._state);
  }

  /** Replaced at each change; never written to. */
  get state(): PanelState {
    return this._state;
  }

  get changed(): ISignal<this, PanelState> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.record.dispose();
    this.link.dispose();
    this._disposed.emit();
    Signal.clearData(this);
  }

  /** Emitted once, when the notebook is closed. */
  get disposed(): ISignal<this, void> {
    return this._disposed;
  }

  dispatch(action: Action): void {
    if (this._isDisposed) {
      return;
    }
    const before = this._state;
    this._state = reduce(before, action);
    if (this._state !== before) {
      this._changed.emit(this._state);
    }
  }

  /** Set the seed from now on; null generates one. */
  async setSeed(seed: number | null, origin = 'front-end'): Promise<boolean> {
    const done = await this._ask({ do: 'seed', value: seed, origin });
    if (done) {
      this.dispatch({ type: 'chosen' });
    }
    return done;
  }

  /** Seed with what the notebook's record names; load seednb first where it is not. */
  async useRecorded(): Promise<boolean> {
    const { record, loaded } = this._state;
    if (!record || (loaded === 'no' && !(await this.load()))) {
      return false;
    }
    return this.setSeed(record.seed, 'record');
  }

  /** Return the lines of the notebook's record by the cells' ids: at once, unless it calls cells by their sources. */
  lines(): Lines | Promise<Lines> {
    const { model } = this.panel.content;
    const cells = this._state.record?.cells ?? {};
    return model && callsBySource({ cells }) ? linesById(model, this._api) : cells;
  }

  setMode(mode: Mode): Promise<boolean> {
    return this._ask({ do: 'mode', value: mode });
  }

  setStrict(on: boolean): Promise<boolean> {
    return this._ask({ do: 'strict', value: on });
  }

  /** Load seednb into the kernel; tell whether it is there now. */
  async load(): Promise<boolean> {
    const { trans } = this;
    return this._busy(trans.__('Loading seednb …'), async () => {
      const problem = await this._load();
      const answer = await this.link.hello();
      if (answer) {
        return '';
      }
      throw new Error(
        trans.__(
          'seednb cannot be loaded into this kernel (%1). Install it there (pip install seednb), then try again.',
          problem || trans.__('the kernel does not answer')
        )
      );
    });
  }

  private async _load(): Promise<string> {
    const codes = (await this._api.hello())
      ? await this._api.load('python').catch(() => [])
      : [];
    let problem = '';
    for (const code of [...codes, LOAD]) {
      const reply = asObject(await this.link.request(code));
      if (reply?.status === 'ok') {
        return '';
      }
      problem = `${asText(reply?.ename)}: ${asText(reply?.evalue)}`;
    }
    return problem;
  }

  private async _ask(request: Json): Promise<boolean> {
    return this._busy(this.trans.__('Asking the kernel …'), async () => {
      const answer = await this.link.ask(request);
      if (Object.keys(asObject(this._state.record?.cells) ?? {}).length === 0) {
        this.record.schedule();
      }
      return answer.text;
    });
  }

  private async _busy(asking: string, work: () => Promise<string>): Promise<boolean> {
    this.dispatch({ type: 'message', text: '' });
    this.dispatch({ type: 'asking', asking });
    try {
      this.dispatch({ type: 'message', text: await work() });
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.dispatch({ type: 'message', text, failed: true });
      return false;
    } finally {
      this.dispatch({ type: 'asking', asking: '' });
    }
  }

  private async _start(): Promise<void> {
    const { context, sessionContext } = this.panel;
    await context.ready;
    if (this._isDisposed) {
      return;
    }
    context.model.metadataChanged.connect(this._readRecord, this);
    this._readRecord();
    await sessionContext.ready;
    await this.link.hello();
  }

  private _readRecord(): void {
    if (this._isDisposed) {
      return;
    }
    const found: unknown = this.panel.context.model.getMetadata(RECORD_KEY);
    this.dispatch({ type: 'record', record: readRecord(found) });
    this._surroundings.record();
  }

  private _onAnswer(_: KernelLink, answer: Answer): void {
    const cells = readRecord(answer.record)?.cells ?? {};
    this.dispatch({ type: 'current', current: answer.current, cells });
    if (this._state.activity?.kind !== 'replay') {
      this._surroundings.runtime(answer.current); // a replay says hello again when it has ended
    }
  }

  private _onEvent(_: KernelLink, event: KernelEvent): void {
    this.dispatch({ type: 'event', event });
  }

  private _onScheduled(_: unknown, { notebook }: { notebook: unknown }): void {
    if (notebook === this.panel.content) {
      this.link.poke();
    }
  }

  private _onExecuted(_: unknown, { notebook }: { notebook: unknown }): void {
    if (notebook === this.panel.content) {
      this.dispatch({ type: 'ran' });
      this.link.poke();
    }
  }

  readonly link: KernelLink;
  readonly record: RecordWriter;
  private _state: PanelState = INITIAL;
  private readonly _surroundings: Surroundings;
  private _control: PanelControl | null = null;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, PanelState>(this);
  private readonly _disposed = new Signal<this, void>(this);
}
