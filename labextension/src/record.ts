/**
 * Writes the kernel's record into the notebook's metadata, through the shared model.
 *
 * Only the page whose user ran the cells writes, once a queue of cells is done and before a save; what is equal is not
 * written again, so that two tabs and shared editing stay still. A record of a later version is left alone.
 */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { PartialJSONObject } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { Api } from './api';
import { cellLine } from './cellline';
import type { KernelLink } from './link';
import { mergeRecord, reduceToSeed } from './merge';
import type { Settings } from './settings';
import { sourcesOf } from './sources';
import type { Answer, Json, KernelEvent } from './wire';
import { RECORD_KEY, asObject, readRecord } from './wire';

const PAUSE = 150;

export class RecordWriter implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _link: KernelLink,
    private readonly _api: Api,
    private readonly _settings: Settings
  ) {
    NotebookActions.executed.connect(this._onExecuted, this);
    _panel.context.saveState.connect(this._onSave, this);
    _link.answered.connect(this._onAnswer, this);
    _link.events.connect(this._onEvent, this);
    _link.restarted.connect(this._onRestart, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  /** Write nothing until the return value is called: a replay writes its own record at its end. */
  pause(): () => void {
    this._pauses += 1;
    return () => {
      this._pauses -= 1;
      this._ran.clear();
    };
  }

  /** Write the kernel's record soon: cells have run, or its seed was set by hand. */
  schedule(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._write(), PAUSE);
  }

  /** Put a record into the metadata, not undoable; tell whether it was another one. */
  set(record: Json): boolean {
    const model = this._panel.context.model;
    const value = record as PartialJSONObject;
    if (JSONExt.deepEqual((this._known() ?? null) as PartialJSONObject | null, value)) {
      return false;
    }
    model.sharedModel.transact(() => model.setMetadata(RECORD_KEY, value), false);
    return true;
  }

  private get _mustWait(): boolean {
    const { record } = this._settings.values;
    return this._isDisposed || this._pauses > 0 || record === 'off' || this._link.status.loaded !== 'yes';
  }

  private _onExecuted(_: unknown, run: { notebook: unknown; cell: { model: { id: string } } }): void {
    if (run.notebook === this._panel.content && this._pauses === 0) {
      this._ran.add(run.cell.model.id);
      this.schedule();
    }
  }

  private _onAnswer(_: KernelLink, answer: Answer): void {
    const joined = this._answer?.current.epoch !== answer.current.epoch;
    this._answer = answer;
    if (joined && this._ran.size > 0) {
      this.schedule();
    }
  }

  /** Keep the record up to date with each cell, so that a save need not wait for the kernel. */
  private _onEvent(_: KernelLink, event: KernelEvent): void {
    if (event.event === 'cell' && this._answer?.current.epoch === event.epoch) {
      const record = this._answer.record;
      const cells = { ...asObject(record.cells), [event.key]: cellLine(event) };
      this._answer = { ...this._answer, record: { ...record, cells } };
    }
  }

  private _onRestart(): void {
    this._answer = null;
    this._ran.clear();
  }

  /** A save that comes before the record takes along what this page knows; the rest is saved once it is there. */
  private _onSave(_: unknown, state: DocumentRegistry.SaveState): void {
    this._saving = state === 'started';
    if (this._saving && this._ran.size > 0 && this._answer && !this._mustWait) {
      this._put(mergeRecord(this._known(), this._answer.record, this._keys()));
      this._overtaken = true;
    } else if (state === 'completed' && this._saveAfter) {
      this._saveAfter = false;
      void this._panel.context.save();
    }
  }

  private async _write(): Promise<void> {
    if (this._mustWait || this._isRunning()) {
      return;
    }
    const ran = [...this._ran];
    const answer = await this._link.hello();
    if (!answer || this._mustWait) {
      return;
    }
    const record = await this._complete(answer, ran);
    if (this._mustWait) {
      return;
    }
    ran.forEach(key => this._ran.delete(key));
    const clean = this._saving || !this._panel.context.model.dirty;
    const again = this._overtaken && clean;
    this._overtaken = false;
    if (this._put(record) && again) {
      await this._saveAgain();
    }
  }

  private async _saveAgain(): Promise<void> {
    if (this._saving) {
      this._saveAfter = true;
    } else {
      await this._panel.context.save();
    }
  }

  /** Return the merged record, with the digests that only the server makes where there is one. */
  private async _complete(answer: Answer, ran: string[]): Promise<Json> {
    const [known, keys] = [this._known(), this._keys()];
    if (this._settings.values.record === 'full' && (await this._api.hello())) {
      try {
        return await this._api.record({
          path: this._panel.context.localPath,
          known,
          record: answer.record,
          inputs: answer.current.inputs,
          cells: this._cells(new Set(ran)),
          keys,
          ...sourcesOf(this._panel.context.model, [known, answer.record])
        });
      } catch {
        // The record without digests of outputs is worth more than none.
      }
    }
    return mergeRecord(known, answer.record, keys);
  }

  /** Write a record as far as the user wants it; tell whether anything has changed. */
  private _put(record: Json): boolean {
    const full = this._settings.values.record === 'full';
    return readRecord(record) !== null && this.set(full ? record : reduceToSeed(record));
  }

  private _isRunning(): boolean {
    return this._panel.content.widgets.some(
      ({ model }) => model.type === 'code' && (model as ICodeCellModel).executionState === 'running'
    );
  }

  private _known(): Json | null {
    return asObject(this._panel.context.model.getMetadata(RECORD_KEY));
  }

  private _keys(): string[] {
    return [...this._panel.context.model.cells].filter(cell => cell.type === 'code').map(cell => cell.id);
  }


  private _cells(keys: Set<string>): Json {
    const found: Json = {};
    for (const cell of this._panel.context.model.cells) {
      if (cell.type === 'code' && keys.has(cell.id)) {
        const { source, outputs } = cell.sharedModel.toJSON();
        found[cell.id] = { source, outputs };
      }
    }
    return found;
  }

  private _answer: Answer | null = null;
  /** Cells that have run and of which the record is not written yet. */
  private readonly _ran = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _pauses = 0;
  private _saving = false;
  /** Whether a save has come before the record. */
  private _overtaken = false;
  private _saveAfter = false;
  private _isDisposed = false;
}
