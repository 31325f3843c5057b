/**
 * Shows what is known of each cell in the cell itself: its badges, its verdict, its random state.
 *
 * Nothing of it enters the notebook. A note is a widget in the cell's own layout, made once the cell is drawn and only for cells of
 * which there is something to say; many are made in short slices, so that a large notebook scrolls meanwhile.
 */

import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';

import { badges, type BadgeActions } from './badges';
import { marks, type Marked } from './marks';
import type { CellWarning } from './warnings';

/** What there is to say of a cell. */
export interface CellNote extends Marked {
  warnings: CellWarning[];
}

const SLICE = 8;
const AT_ONCE = 16;
const NOTED = 'seednb-mod-noted';
const INPUT = 'jp-Cell-inputWrapper';

/** The notes of one notebook's cells. */
export class CellNotes implements IDisposable {
  private readonly _notes = new WeakMap<Cell, Widget>();
  private readonly _waiting = new WeakSet<Cell>();
  private readonly _queue = new Set<string>();
  private _cells = new Map<string, Cell>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;

  constructor(
    private readonly _notebook: Notebook,
    private readonly _describe: (id: string) => CellNote | null,
    private readonly _actions: BadgeActions,
    private readonly _trans: TranslationBundle
  ) {
    _notebook.modelChanged.connect(this._onModel, this);
    this._onModel();
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

  /** Draw the notes of these cells again. */
  refresh(ids: Iterable<string>): void {
    for (const id of ids) {
      this._queue.add(id);
    }
    if (this._queue.size <= AT_ONCE) {
      clearTimeout(this._timer);
      this._work();
    } else {
      this._later();
    }
  }

  /** Draw the notes of all cells again. */
  refreshAll(): void {
    this.refresh(this._notebook.widgets.map(cell => cell.model.id));
  }

  private _later(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._work());
  }

  private _work(): void {
    if (this._isDisposed || !this._queue.size) {
      return;
    }
    const end = performance.now() + SLICE;
    for (const id of this._queue) {
      this._queue.delete(id);
      const cell = this._cell(id);
      if (cell) {
        this._draw(cell);
      }
      if (performance.now() > end) {
        this._later();
        return;
      }
    }
  }

  /** Return a cell's widget; those of all cells are looked up again only where one is not known. */
  private _cell(id: string): Cell | null {
    const known = this._cells.get(id);
    if (known && !known.isDisposed) {
      return known;
    }
    this._cells = new Map(this._notebook.widgets.map(cell => [cell.model.id, cell]));
    return this._cells.get(id) ?? null;
  }

  private _draw(cell: Cell): void {
    const note = this._describe(cell.model.id);
    const widget = this._notes.get(cell);
    if (!note) {
      widget?.dispose();
      this._notes.delete(cell);
      cell.removeClass(NOTED);
    } else if (cell.isPlaceholder()) {
      this._wait(cell);
    } else {
      const node = (widget ?? this._attach(cell)).node;
      node.replaceChildren(...marks(note, this._trans), ...badges(note.warnings, cell.model.id, this._actions, this._trans));
    }
  }

  private _wait(cell: Cell): void {
    if (!this._waiting.has(cell)) {
      this._waiting.add(cell);
      void cell.ready.then(() => (cell.isDisposed ? undefined : this.refresh([cell.model.id])));
    }
  }

  private _attach(cell: Cell): Widget {
    const widget = new Widget();
    widget.addClass('seednb-note');
    widget.addClass('seednb-ui');
    // The notebook's one-key shortcuts would take Enter and Space from the note's buttons.
    widget.node.setAttribute('data-lm-suppress-shortcuts', 'true');
    this._notes.set(cell, widget);
    cell.addClass(NOTED);
    const { layout } = cell;
    if (layout instanceof PanelLayout) {
      const input = layout.widgets.findIndex(child => child.hasClass(INPUT));
      layout.insertWidget(input + 1, widget);
    }
    return widget;
  }

  private _onModel(): void {
    this._notebook.model?.cells.changed.connect(this._onCells, this);
    this.refreshAll();
  }

  private _onCells(_: unknown, change: { newValues: readonly { id: string }[] }): void {
    // The notebook makes the widgets of new cells in its own answer to this signal.
    change.newValues.forEach(({ id }) => this._queue.add(id));
    this._later();
  }
}
