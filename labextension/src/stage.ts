/** What a replay works with, and what it leaves. */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { CellResult, Recorded, ReplayEnd, ReplayPlan } from './answers';
import type { ReplayClient } from './client';
import type { KernelLink } from './link';
import type { Snapshot } from './outputs';
import type { Progress } from './progress';
import type { CellEnd, CellRunner } from './running';

/** A cell that was sent to the kernel. */
export interface Sent {
  cell: Cell;
  id: string;
  since: number;
  end: Promise<CellEnd>;
}

/** What a replay works with. */
export interface Stage {
  panel: NotebookPanel;
  link: KernelLink;
  client: ReplayClient;
  runner: CellRunner;
  trans: TranslationBundle;
  /** Restart the kernel, as Jupyter does it; tell whether it was restarted. */
  restart: () => Promise<boolean>;
  stopAtFirst: () => boolean;
  /** Called at each step. */
  told: (progress: Progress, text: string) => void;
  /** Called with what is known of cells, for the time being. */
  compared: (results: readonly CellResult[]) => void;
}

/** How a replay ended, with the notebook as it was before. */
export interface Finished {
  plan: ReplayPlan;
  end: ReplayEnd;
  snapshot: Snapshot;
  /** Why it did not reach its end; empty where it did. */
  stopped: string;
  /** Cells that have run, or begun to. */
  ran: ReadonlySet<string>;
  /** Cells that were cut off: they show again what they showed. */
  cut: ReadonlyMap<string, Recorded>;
}
