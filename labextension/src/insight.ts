/**
 * What is known of the cells of one notebook, from the kernel's events, from replays and from JupyterLab's own marks of edited cells.
 *
 * Keeps the cells' notes up to date; the strip in the popover draws from the same.
 */

import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { CellResult } from './answers';
import type { BadgeActions } from './badges';
import { type CellNote, CellNotes } from './cellnotes';
import type { RandomState } from './colours';
import type { KernelLink } from './link';
import type { SeedPanel } from './panel';
import { explained } from './progress';
import type { Settings } from './settings';
import type { PanelState } from './state';
import { type Lines, RunStates } from './states';
import { Warnings } from './warnings';
import type { Answer, KernelEvent, RecordSummary } from './wire';
import { readRecord } from './wire';

type Run = { notebook: object; cell: { model: { id: string } } };

export class Insight implements IDisposable {
  readonly states = new RunStates();
  private readonly _warnings = new Warnings();
  private readonly _results = new Map<string, CellResult>();
  private readonly _notes: CellNotes;
  private readonly _changed = new Signal<this, void>(this);
  private _record: RecordSummary | null = null;
  /** The record's lines by the cells' ids. */
  private _lines: Lines = {};
  private _isReplaying = false;
  private _isDisposed = false;

  constructor(
    private readonly _seed: SeedPanel,
    private readonly _settings: Settings,
    actions: BadgeActions
  ) {
    const { link, panel, trans } = _seed;
    this._notes = new CellNotes(panel.content, id => this._describe(id), actions, trans);
    link.events.connect(this._onEvent, this);
    link.answered.connect(this._onAnswer, this);
    link.restarted.connect(this._onRestart, this);
    _seed.changed.connect(this._onState, this);
    _settings.changed.connect(this._onSettings, this);
    NotebookActions.executionScheduled.connect(this._onScheduled, this);
    NotebookActions.executed.connect(this._onExecuted, this);
    void panel.context.ready.then(() => this._watchCells());
  }

  /** Emitted when the strip shows something else. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._notes.dispose();
      Signal.clearData(this);
    }
  }

  /** The verdicts of the last replay or verification, by the cells' ids. */
  get results(): ReadonlyMap<string, CellResult> {
    return this._results;
  }

  /** Forget the verdicts: a replay begins, and tells them one by one until `ended`. */
  began(): void {
    this.setResults([]);
    this._readRecord();
    this._isReplaying = true;
  }

  /** The replay is over. */
  ended(): void {
    this._isReplaying = false;
  }

  /** Show these verdicts and no others. */
  setResults(results: Iterable<CellResult>): void {
    const before = new Map(this._results);
    this._results.clear();
    const ids = new Set([...before.keys(), ...this._take(results)]);
    this._show([...ids].filter(id => !looksAlike(before.get(id), this._results.get(id))));
  }

  /** Show these verdicts too. */
  addResults(results: Iterable<CellResult>): void {
    this._show(this._take(results));
  }

  private _take(results: Iterable<CellResult>): string[] {
    const known = [...results].filter(result => result.id);
    known.forEach(result => this._results.set(result.id, result));
    return known.map(result => result.id);
  }

  /** The sources are back where a cell first found them: what was said of it no longer holds. */
  rewound(id: string): void {
    this._show(this._warnings.clear(id));
  }

  private _describe(id: string): CellNote | null {
    const { badges, marks } = this._settings.values;
    const note: CellNote = {
      warnings: badges ? this._warnings.of(id) : [],
      result: marks ? (this._results.get(id) ?? null) : null,
      state: marks ? this.states.now(id) : null,
      other: marks ? this._apart(id) : null
    };
    return note.warnings.length || note.result || note.state?.letter ? note : null;
  }

  /** Return the recorded state of a cell that has left another one in the replay whose verdicts are shown. */
  private _apart(id: string): RandomState | null {
    return this._results.has(id) ? this.states.apart(id) : null;
  }

  private _onEvent(_: KernelLink, event: KernelEvent): void {
    if (event.event === 'warning' && this._warnings.warned(event)) {
      this._show([event.key]);
    } else if (event.event === 'cell') {
      this.states.ran(event.epoch, event.key, event.seeded ? event.sources : null);
      this._warnings.ended(event.key);
      this._show([event.key]);
    }
  }

  private _onAnswer(_: KernelLink, answer: Answer): void {
    const lines = readRecord(answer.record)?.cells ?? {};
    if (this.states.begin(answer.current.epoch, lines, this._order())) {
      this._showAll();
    }
  }

  private _onRestart(): void {
    this._warnings.clear();
    this.states.rename(this._lines, this._order());
    this._showAll();
  }

  private _onState(_: SeedPanel, state: PanelState): void {
    if (state.record !== this._record) {
      this._record = state.record;
      void this._findLines(state.record);
    }
  }

  private async _findLines(record: RecordSummary | null): Promise<void> {
    const found = this._seed.lines();
    const lines = found instanceof Promise ? await found : found;
    if (record === this._record && !this._isDisposed) {
      this._lines = lines;
      this._readRecord();
    }
  }

  /** Take in the record, unless verdicts are shown: they are about the one that was there before. */
  private _readRecord(): void {
    if (!this._isReplaying && !this._results.size) {
      this.states.setRecord(this._lines, this._order());
      this._showAll();
    }
  }

  private _onSettings(): void {
    this._showAll();
  }

  private _onScheduled(_: unknown, run: Run): void {
    if (run.notebook === this._seed.panel.content) {
      const { id } = run.cell.model;
      this._warnings.started(id);
      if (!this._isReplaying && this._results.delete(id)) {
        this._show([id]);
      }
    }
  }

  private _onExecuted(_: unknown, run: Run): void {
    if (run.notebook === this._seed.panel.content && this._warnings.ended(run.cell.model.id)) {
      this._show([run.cell.model.id]);
    }
  }

  private _watchCells(): void {
    const { model } = this._seed.panel.content;
    if (model && !this._isDisposed) {
      const watch = (cells: Iterable<ICellModel>): void => {
        for (const cell of cells) {
          cell.stateChanged.connect(this._onCellState, this);
        }
      };
      watch(model.cells);
      model.cells.changed.connect((_, change) => watch(change.newValues), this);
    }
  }

  private _onCellState(cell: ICellModel, change: { name: string }): void {
    if (change.name !== 'isDirty' || cell.type !== 'code') {
      return;
    }
    const drew = this.states.now(cell.id)?.drew ?? [];
    const { trans } = this._seed;
    const text = (cell as ICodeCellModel).isDirty && drew.length ? editedWords(drew, trans) : null;
    if (this._warnings.edited(cell.id, text)) {
      this._show([cell.id]);
    }
  }

  private _order(): string[] {
    return [...(this._seed.panel.content.model?.cells ?? [])].map(cell => cell.id);
  }

  private _show(ids: Iterable<string>): void {
    this._notes.refresh(ids);
    this._changed.emit();
  }

  private _showAll(): void {
    this._notes.refreshAll();
    this._changed.emit();
  }
}

function looksAlike(first: CellResult | undefined, second: CellResult | undefined): boolean {
  return first && second ? first.verdict === second.verdict && explained(first) === explained(second) : first === second;
}

function editedWords(drew: string[], trans: TranslationBundle): string {
  return trans.__(
    'its output is that of the text before the edit. It drew from %1: run now, it begins with another random state than in a fresh runtime',
    drew.join(', ')
  );
}
