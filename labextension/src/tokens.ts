/** What the extension's plugins share: the seed of each open notebook, and what runs replays for it. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { ReactNode } from 'react';

import type { Api } from './api';
import type { SeedPanel } from './panel';
import type { Settings } from './settings';

/** What replays and verifies one notebook; commands, pill and popover call it. Its news are dispatched to the panel's state. */
export interface PanelControl {
  /** Restart the kernel, run all cells and compare; asks first unless told otherwise. */
  replay(options?: { confirm?: boolean }): Promise<void>;
  /** Replay the saved file in a fresh kernel, beside the user's. */
  verify(): Promise<void>;
  /** Stop the replay or verification that is under way. */
  stop(): Promise<void>;
  /** Open the report of the last one. */
  showReport(): Promise<void>;
  /** Put the recorded outputs of the cells that differ back. */
  restoreRecorded(): Promise<void>;
  /** Put the sources back to where this cell first found them, and run it; the active cell where none is named. */
  rewindAndRun(cellId?: string): Promise<void>;
  /** Draw the random states of the cells, for the popover. */
  strip(): ReactNode;
}

/** The seeds of all open notebooks. */
export interface ISeedPanels {
  readonly api: Api;
  readonly settings: Settings;
  /** A notebook has been opened. */
  readonly added: ISignal<ISeedPanels, SeedPanel>;
  /** Those that are open now. */
  readonly all: readonly SeedPanel[];
  get(panel: NotebookPanel): SeedPanel | null;
}

export const ISeedPanels = new Token<ISeedPanels>(
  '@seednb/labextension:ISeedPanels',
  'The seed, state and kernel link of each open notebook.'
);
