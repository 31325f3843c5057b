/**
 * Which warnings each cell shows, as data: they come from the kernel while a cell runs, and last until it runs again.
 */

import type { WarningEvent } from './wire';

/** The kinds of warnings, and the order in which a cell shows them. */
export const KINDS = [
  're-run',
  'edited',
  'out of order',
  'between',
  'reseeded'
] as const;

export type Kind = (typeof KINDS)[number];

/** One warning of a cell. */
export interface CellWarning {
  kind: Kind;
  text: string;
  sources: string[];
  names: string[];
}

/** The warnings of all cells of a notebook. */
export class Warnings {
  private readonly cells = new Map<string, Map<Kind, CellWarning>>();
  private readonly running = new Set<string>();

  /** Return a cell's warnings. */
  of(key: string): CellWarning[] {
    const found = this.cells.get(key);
    return found ? KINDS.flatMap(kind => found.get(kind) ?? []) : [];
  }

  /** Return the cells that have warnings. */
  keys(): string[] {
    return [...this.cells.keys()];
  }

  /** Note that a cell is about to run: what it showed so far is about an earlier run. */
  started(key: string): void {
    this.running.add(key);
  }

  /** Take in a warning; return whether it is one that is shown. */
  warned(event: WarningEvent): boolean {
    const kind = KINDS.find(name => name === event.kind);
    if (!kind) {
      return false;
    }
    if (this.running.delete(event.key)) {
      this.cells.delete(event.key);
    }
    this.put(event.key, { ...event, kind });
    return true;
  }

  /** Note that a cell has run; return whether it shows less now. */
  ended(key: string): boolean {
    return this.running.delete(key) && this.cells.delete(key);
  }

  /** Note that a cell's text differs, or no longer differs, from what ran; return whether that is news. */
  edited(key: string, text: string | null): boolean {
    const has = this.cells.get(key)?.has('edited') ?? false;
    if (text === null) {
      return has && this.drop(key, 'edited');
    }
    if (!has) {
      this.put(key, { kind: 'edited', text, sources: [], names: [] });
    }
    return !has;
  }

  /** Forget the warnings of a cell, or of all: the runtime is another one, or the sources are back where they were. */
  clear(key?: string): string[] {
    const gone = key === undefined ? this.keys() : [key];
    gone.forEach(name => this.cells.delete(name));
    if (key === undefined) {
      this.running.clear();
    }
    return gone;
  }

  private put(key: string, warning: CellWarning): void {
    const found = this.cells.get(key) ?? new Map<Kind, CellWarning>();
    const { kind, text, sources, names } = warning;
    found.set(kind, { kind, text, sources, names });
    this.cells.set(key, found);
  }

  private drop(key: string, kind: Kind): boolean {
    const found = this.cells.get(key);
    found?.delete(kind);
    if (found && !found.size) {
      this.cells.delete(key);
    }
    return true;
  }
}
