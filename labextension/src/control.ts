/** Replays and verifies one notebook: what commands, pill, popover and badges call. */

import { Notification } from '@jupyterlab/apputils';
import type { IDisposable } from '@lumino/disposable';
import type { ReactNode } from 'react';
import * as React from 'react';

import type { Api } from './api';
import { ReplayClient, reason } from './client';
import { Insight } from './insight';
import type { SeedPanel } from './panel';
import { Replayer, type Shared } from './replayer';
import { openReport } from './report';
import { CellRunner } from './running';
import type { Verdict } from './state';
import { Strip } from './strip';
import { type Ended, type NextStep, notify } from './summary';
import type { PanelControl } from './tokens';
import { BackgroundVerify } from './verifying';

import '../style/cells.css';

/** One open notebook's replays and verifications; one at a time. */
export class Control implements PanelControl, IDisposable {
  private readonly _insight: Insight;
  private readonly _runner: CellRunner;
  private readonly _replayer: Replayer;
  private readonly _verify: BackgroundVerify;
  private _report: string | null = null;
  private _isDisposed = false;

  constructor(
    private readonly _seed: SeedPanel,
    private readonly _api: Api,
    shared: Shared
  ) {
    const client = new ReplayClient(_api);
    const rewindAndRun = (id: string): void => void this.rewindAndRun(id);
    this._insight = new Insight(_seed, shared.settings, { rewindAndRun, replay: () => void this.replay() });
    this._runner = new CellRunner(_seed.panel, shared.executor, shared.dialogs, shared.translator);
    this._replayer = new Replayer(_seed, client, this._runner, this._insight, shared);
    this._verify = new BackgroundVerify(_seed, client, _api.url(''), this._insight);
    void this._verify.resume().then(found => this._ended(found));
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._verify.dispose();
      this._insight.dispose();
    }
  }

  async replay(options: { confirm?: boolean } = {}): Promise<void> {
    await this._alone(() => this._replayer.run(options.confirm ?? true));
  }

  async verify(): Promise<void> {
    await this._alone(() => this._verify.run());
  }

  async stop(): Promise<void> {
    await Promise.all([this._replayer.stop(), this._verify.cancel()]);
  }

  showReport(): Promise<void> {
    if (this._report === null || !openReport(this._api, this._report)) {
      this._fail(this._seed.trans.__('There is no report: replay or verify the notebook first.'));
    }
    return Promise.resolve();
  }

  restoreRecorded(): Promise<void> {
    const { verdict } = this._seed.state;
    if (this._replayer.restore() && verdict) {
      this._seed.dispatch({ type: 'verdict', verdict: { ...verdict, canRestore: false } });
    }
    return Promise.resolve();
  }

  async rewindAndRun(cellId?: string): Promise<void> {
    const { content } = this._seed.panel;
    const cell = cellId === undefined ? content.activeCell : content.widgets.find(other => other.model.id === cellId);
    if (!cell) {
      return;
    }
    try {
      await this._seed.link.ask({ do: 'rewind', value: cell.model.id });
    } catch (failure) {
      this._fail(reason(failure));
      return;
    }
    this._insight.rewound(cell.model.id);
    await this._runner.run(cell);
    this._runner.ended(cell);
  }

  strip(): ReactNode {
    return React.createElement(Strip, { seed: this._seed, insight: this._insight });
  }

  private async _alone(work: () => Promise<Ended | null>): Promise<void> {
    const { trans, state } = this._seed;
    if (state.activity) {
      this._fail(trans.__('A replay or a verification of this notebook is under way: stop it first.'));
      return;
    }
    this._seed.dispatch({ type: 'message', text: '' });
    try {
      this._ended(await work());
    } catch (failure) {
      this._seed.dispatch({ type: 'activity', activity: null });
      this._fail(reason(failure));
    }
  }

  private _ended(ended: Ended | null): void {
    this._seed.dispatch({ type: 'activity', activity: null });
    if (!ended || this._isDisposed) {
      return;
    }
    const { verdict, report, notices } = ended;
    this._report = report;
    this._seed.dispatch({ type: 'verdict', verdict });
    this._seed.dispatch({ type: 'message', text: notices.join(' ') });
    notify(verdict, this._name(), this._steps(verdict), this._seed.trans);
  }

  private _steps(verdict: Verdict): NextStep[] {
    const { trans } = this._seed;
    const steps: NextStep[] = [];
    if (verdict.hasReport) {
      steps.push({ label: trans.__('Report'), caption: trans.__('Open the report in a new tab'), run: () => void this.showReport() });
    }
    if (verdict.canRestore) {
      steps.push({
        label: trans.__('Put the recorded outputs back'),
        caption: trans.__('Undo what the replay changed in cells that differ'),
        run: () => void this.restoreRecorded()
      });
    }
    return steps;
  }

  private _name(): string {
    return this._seed.panel.context.path.split('/').pop() ?? '';
  }

  private _fail(text: string): void {
    this._seed.dispatch({ type: 'message', text, failed: true });
    Notification.emit(text, 'error', { autoClose: false });
  }
}
