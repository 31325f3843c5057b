/** The user's settings, with defaults where the registry is missing or has not answered yet. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** How much of a run is stored in the notebook. */
export type RecordSetting = 'full' | 'seed' | 'off';

export interface SettingValues {
  stopAtFirst: boolean;
  badges: boolean;
  marks: boolean;
  offerRecorded: boolean;
  record: RecordSetting;
}

export const DEFAULTS: SettingValues = {
  stopAtFirst: false,
  badges: true,
  marks: true,
  offerRecorded: true,
  record: 'full'
};

export class Settings {
  /** Emitted when a value has changed. */
  get changed(): ISignal<this, SettingValues> {
    return this._changed;
  }

  get values(): SettingValues {
    return this._values;
  }

  /** Follow a plugin's settings. */
  async follow(registry: ISettingRegistry, plugin: string): Promise<void> {
    const settings = await registry.load(plugin);
    const update = (): void => {
      this._values = readSettings(settings.composite);
      this._changed.emit(this._values);
    };
    settings.changed.connect(update);
    update();
  }

  private _values = DEFAULTS;
  private readonly _changed = new Signal<this, SettingValues>(this);
}

/** Read settings; what is malformed or missing has its default. */
export function readSettings(values: {
  readonly [name: string]: unknown;
}): SettingValues {
  const { record } = values;
  const flag = (name: 'stopAtFirst' | 'badges' | 'marks' | 'offerRecorded'): boolean => {
    const value = values[name];
    return typeof value === 'boolean' ? value : DEFAULTS[name];
  };
  return {
    stopAtFirst: flag('stopAtFirst'),
    badges: flag('badges'),
    marks: flag('marks'),
    offerRecorded: flag('offerRecorded'),
    record: record === 'seed' || record === 'off' ? record : DEFAULTS.record
  };
}
