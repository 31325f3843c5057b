/** Verifies one notebook in background, as its user sees it: saved first, followed in the pill, its verdicts marked at the cells. */

import { Dialog, showDialog } from '@jupyterlab/apputils';

import type { Verification } from './answers';
import type { ReplayClient } from './client';
import type { Insight } from './insight';
import type { SeedPanel } from './panel';
import { verdictOf } from './progress';
import type { Ended } from './summary';
import { Verifier, type VerifyEnd } from './verify';

export class BackgroundVerify {
  private readonly _verifier: Verifier;

  constructor(
    private readonly _seed: SeedPanel,
    client: ReplayClient,
    where: string,
    private readonly _insight: Insight
  ) {
    this._verifier = new Verifier(client, window.localStorage, where, now => this._told(now));
  }

  dispose(): void {
    this._verifier.dispose();
  }

  /** Verify; null where the user did not want to save, or has cancelled. Fails in one line. */
  async run(): Promise<Ended | null> {
    const { context } = this._seed.panel;
    if (context.model.dirty && !(await this._save())) {
      return null;
    }
    this._begin();
    return this._ended(await this._verifier.run(context.localPath, this._saved(), null));
  }

  /** Take up what was begun before the notebook was opened. */
  async resume(): Promise<Ended | null> {
    const { context } = this._seed.panel;
    await context.ready;
    return this._ended(await this._verifier.resume(context.localPath, this._saved()));
  }

  async cancel(): Promise<void> {
    await this._verifier.cancel();
  }

  private async _save(): Promise<boolean> {
    const { trans, panel } = this._seed;
    const asked = await showDialog({
      title: trans.__('Save and verify?'),
      body: trans.__('What is verified is the saved file, and this notebook has changes that are not saved.'),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Save and verify') })]
    });
    if (asked.button.accept) {
      await panel.context.save();
    }
    return asked.button.accept && !panel.context.model.dirty;
  }

  /** When the file was saved, as the server says; empty where another one keeps the document. */
  private _saved(): string {
    return this._seed.panel.context.contentsModel?.last_modified ?? '';
  }

  private _begin(): void {
    const { trans, state } = this._seed;
    const text = trans.__('A fresh kernel starts …');
    const seed = state.record?.seed ?? null;
    this._seed.dispatch({ type: 'activity', activity: { kind: 'verify', seed, cell: 0, cells: 0, text } });
  }

  private _told(now: Verification): void {
    const { trans, state } = this._seed;
    const { run, runs, cell, cells } = now;
    const text = now.text || (runs > 1 ? trans.__('Run %1 of %2', run, runs) : '');
    const seed = state.record?.seed ?? null;
    this._seed.dispatch({ type: 'activity', activity: { kind: 'verify', seed, cell, cells, text } });
  }

  private _ended(end: VerifyEnd | null): Ended | null {
    if (end?.problem) {
      throw new Error(end.problem);
    }
    if (!end?.outcome) {
      return null;
    }
    const { outcome } = end;
    this._insight.setResults(outcome.cells);
    const more = { seed: null, recorded: true, stopped: '', canRestore: false };
    return { verdict: verdictOf('verify', outcome, more), report: outcome.report, notices: outcome.notices };
  }
}
