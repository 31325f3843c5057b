/** Keeps one `SeedPanel` for each open notebook, from its opening to its closing. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Api } from './api';
import { SeedPanel } from './panel';
import type { Settings } from './settings';
import type { ISeedPanels } from './tokens';

export class SeedPanels implements ISeedPanels {
  constructor(
    tracker: INotebookTracker,
    readonly api: Api,
    readonly settings: Settings,
    private readonly _trans: TranslationBundle
  ) {
    tracker.forEach(panel => this.open(panel));
    tracker.widgetAdded.connect((_, panel) => this.open(panel));
  }

  get added(): ISignal<ISeedPanels, SeedPanel> {
    return this._added;
  }

  get all(): readonly SeedPanel[] {
    return [...this._panels.values()];
  }

  get(panel: NotebookPanel): SeedPanel | null {
    return this._panels.get(panel) ?? null;
  }

  /** Return a notebook's seed; its toolbar may ask before the tracker knows the notebook. */
  open(panel: NotebookPanel): SeedPanel {
    const before = this._panels.get(panel);
    if (before) {
      return before;
    }
    const seed = new SeedPanel(panel, this.api, this.settings, this._trans);
    this._panels.set(panel, seed);
    seed.disposed.connect(() => this._panels.delete(panel));
    this._added.emit(seed);
    return seed;
  }

  private readonly _panels = new Map<NotebookPanel, SeedPanel>();
  private readonly _added = new Signal<this, SeedPanel>(this);
}
