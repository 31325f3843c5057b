/** Replays one notebook on its stage, and leaves the notebook as it belongs: what reproduced as recorded, with a record that describes it. */

import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import type { INotebookCellExecutor } from '@jupyterlab/notebook';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ITranslator } from '@jupyterlab/translation';

import type { Recorded } from './answers';
import type { ReplayClient } from './client';
import type { Insight } from './insight';
import { reduceToSeed } from './merge';
import type { SeedPanel } from './panel';
import { activityOf, verdictOf } from './progress';
import { Replay } from './replay';
import type { CellRunner } from './running';
import type { Settings } from './settings';
import type { Finished, Stage } from './stage';
import { shownSeed } from './state';
import type { Ended } from './summary';
import { RECORD_KEY, type Json } from './wire';

/** What the controls of all notebooks share. */
export interface Shared {
  settings: Settings;
  dialogs: ISessionContextDialogs;
  translator: ITranslator;
  executor: INotebookCellExecutor | null;
}

export class Replayer {
  private _replay: Replay | null = null;
  private _last: Finished | null = null;

  constructor(
    private readonly _seed: SeedPanel,
    private readonly _client: ReplayClient,
    private readonly _runner: CellRunner,
    private readonly _insight: Insight,
    private readonly _shared: Shared
  ) {}

  /** Restart and replay; null where the user did not want to, or has closed the notebook. Fails in one line. */
  async run(confirm: boolean): Promise<Ended | null> {
    const { panel, record, state } = this._seed;
    await panel.context.ready;
    await panel.sessionContext.ready;
    const saves = new Saves(panel.context);
    const resume = record.pause();
    const replay = new Replay(this._stage(confirm), panel);
    this._replay = replay;
    try {
      const finished = await replay.run(state.record ? null : shownSeed(state));
      return finished && (await this._finish(finished, saves));
    } finally {
      this._replay = null;
      this._insight.ended();
      saves.dispose();
      resume();
    }
  }

  /** Run no further cell. */
  async stop(): Promise<void> {
    await this._replay?.stop.byUser();
  }

  /** Put the recorded outputs of the cells that differed back, and the record; tell whether there was anything to put back. */
  restore(): boolean {
    const last = this._last;
    this._last = null;
    if (!last || this._seed.panel.isDisposed) {
      return false;
    }
    const { snapshot, end } = last;
    snapshot.putBack(end.restore, () => this._setRecord(end.recorded));
    return true;
  }

  private _stage(confirm: boolean): Stage {
    const { panel, link, trans } = this._seed;
    return {
      panel,
      link,
      client: this._client,
      runner: this._runner,
      trans,
      restart: () => this._restart(confirm),
      stopAtFirst: () => this._shared.settings.values.stopAtFirst,
      told: (progress, text) => this._seed.dispatch({ type: 'activity', activity: activityOf(progress, text) }),
      compared: results => this._insight.addResults(results)
    };
  }

  private async _restart(confirm: boolean): Promise<boolean> {
    const { sessionContext } = this._seed.panel;
    if (!confirm) {
      await sessionContext.restartKernel();
    } else if (!(await this._shared.dialogs.restart(sessionContext))) {
      return false;
    }
    this._insight.began();
    return true;
  }

  private async _finish(finished: Finished, saves: Saves): Promise<Ended> {
    const { plan, end, snapshot, stopped } = finished;
    snapshot.putBack(belonging(finished), () => this._setRecord(this._reduced(end.record)));
    saves.settle(snapshot.isBack());
    this._last = end.restore.size > 0 ? finished : null;
    this._insight.setResults(end.cells);
    const canRestore = this._last !== null && plan.recorded;
    const more = { seed: plan.seed, recorded: plan.recorded, stopped, canRestore };
    return { verdict: verdictOf('replay', end, more), report: end.report, notices: [...plan.notices, ...end.notices] };
  }

  private _reduced(record: Json | null): Json | null {
    return record && this._shared.settings.values.record === 'seed' ? reduceToSeed(record) : record;
  }

  private _setRecord(record: Json | null): void {
    const { model } = this._seed.panel.context;
    if (this._shared.settings.values.record === 'off') {
      return;
    }
    if (record) {
      this._seed.record.set(record);
    } else if (model.getMetadata(RECORD_KEY) !== undefined) {
      model.deleteMetadata(RECORD_KEY);
    }
  }
}

/** Return what is put back: what reproduced, if it was shown, and what was cut off, in cells that the replay has touched. */
function belonging({ end, snapshot, ran, cut }: Finished): Map<string, Recorded> {
  const kept = [...end.keep].filter(([id]) => !snapshot.wasPending(id));
  return new Map([...kept, ...cut].filter(([id]) => ran.has(id)));
}

/** Knows whether the notebook was saved as it was before a replay, and is so again. */
class Saves {
  private readonly _wasClean: boolean;
  private _saved = false;

  constructor(private readonly _context: DocumentRegistry.Context) {
    this._wasClean = !_context.model.dirty;
    _context.saveState.connect(this._onSave, this);
  }

  dispose(): void {
    this._context.saveState.disconnect(this._onSave, this);
  }

  /** The replay is over: where the notebook is what the file holds, there is nothing to save. */
  settle(isBack: boolean): void {
    if (isBack && this._wasClean && !this._saved) {
      this._context.model.dirty = false;
    }
  }

  private _onSave(): void {
    this._saved = true;
  }
}
