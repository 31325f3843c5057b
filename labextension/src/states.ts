/** The random states of a notebook's cells: as recorded, and as this runtime has left them. */

import { type RandomState, StateNames, StateTrail, changedSources, recordedStates } from './colours';

/** Lines of a record by the cells' keys. */
export type Lines = { [key: string]: string };

/** Follows the runtime, and the record. */
export class RunStates {
  private _names = new StateNames();
  private _trail = new StateTrail(this._names);
  private _recorded = new Map<string, RandomState>();
  private readonly _now = new Map<string, RandomState>();
  private _epoch = '';

  /** Return what a cell has left in this runtime. */
  now(key: string): RandomState | null {
    return this._now.get(key) ?? null;
  }

  /** Return what a cell had left when it was recorded. */
  recorded(key: string): RandomState | null {
    return this._recorded.get(key) ?? null;
  }

  /** Return the recorded state of a cell that has left another one. */
  apart(key: string): RandomState | null {
    const now = this.now(key);
    const recorded = this.recorded(key);
    return now && recorded && now.digest !== recorded.digest ? recorded : null;
  }

  /** Take in the record, for cells in the order of the notebook. */
  setRecord(lines: Lines, order: readonly string[]): void {
    this._recorded = recordedStates(this._names, lines, order);
  }

  /** Begin with a runtime; lines are of cells that have run in it already. Tell whether it is another one than before. */
  begin(epoch: string, lines: Lines, order: readonly string[]): boolean {
    if (epoch === this._epoch) {
      return false;
    }
    this._epoch = epoch;
    this._now.clear();
    this._trail = new StateTrail(this._names);
    for (const key of order) {
      this._take(key, changedSources(lines[key]));
    }
    return true;
  }

  /** Take in that a cell has run. */
  ran(epoch: string, key: string, changed: { [source: string]: string } | null): void {
    this.begin(epoch, {}, []);
    this._take(key, changed);
  }

  /** Forget the letters: another record, another run. */
  rename(lines: Lines, order: readonly string[]): void {
    this._names = new StateNames();
    this._trail = new StateTrail(this._names);
    this._now.clear();
    this._epoch = '';
    this.setRecord(lines, order);
  }

  private _take(key: string, changed: { [source: string]: string } | null): void {
    if (changed) {
      this._now.set(key, this._trail.after(changed));
    }
  }
}
