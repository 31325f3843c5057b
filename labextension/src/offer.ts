/** A notebook that was recorded offers its seed when it is opened; nothing is seeded unasked. */

import { Notification } from '@jupyterlab/apputils';

import type { SeedPanel } from './panel';
import type { Settings } from './settings';
import { offersRecord } from './state';

const SHOWN_FOR = 15000;

/** Offer a notebook's recorded seed, once, while no cell has run and nobody has chosen another one. */
export class Offer {
  constructor(
    private readonly _seed: SeedPanel,
    private readonly _settings: Settings
  ) {
    _seed.changed.connect(this._look, this);
    _seed.disposed.connect(this._end, this);
  }

  private _look(): void {
    const { state } = this._seed;
    if (state.ran || state.chosen || state.activity) {
      this._end();
    } else if (offersRecord(state) && this._settings.values.offerRecorded) {
      this._show();
    } else if (this._id) {
      this._end();
    }
  }

  private _show(): void {
    const message = this._message();
    if (this._id && message !== this._shown) {
      Notification.update({ id: this._id, message });
    } else if (!this._id) {
      this._id = Notification.info(message, { autoClose: SHOWN_FOR, actions: this._actions() });
    }
    this._shown = message;
  }

  private _end(): void {
    if (this._id) {
      Notification.dismiss(this._id);
    }
    this._seed.changed.disconnect(this._look, this);
    this._seed.disposed.disconnect(this._end, this);
  }

  private _message(): string {
    const { trans, state, panel } = this._seed;
    const name = panel.title.label.slice(0, 40);
    const seed = state.record?.seed;
    return state.differences.length
      ? trans._n(
          '%2 was recorded with seed %3, and %1 other setting than here.',
          '%2 was recorded with seed %3, and %1 other settings than here.',
          state.differences.length,
          name,
          seed
        )
      : trans.__('%1 was recorded with seed %2.', name, seed);
  }

  private _actions(): Notification.IAction[] {
    const seed = this._seed;
    const { trans } = seed;
    const actions: Notification.IAction[] = [
      { label: trans.__('Use the seed'), callback: () => void seed.useRecorded() }
    ];
    if (seed.control) {
      const callback = (): void => void seed.control?.replay();
      actions.push({ label: trans.__('Restart & replay'), callback });
    }
    return actions;
  }

  private _id = '';
  private _shown = '';
}
