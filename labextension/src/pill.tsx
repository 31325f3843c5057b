/** The pill in the notebook's toolbar: seed and state in one button, which opens the popover. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { StateIcon } from './icons';
import type { SeedPanel } from './panel';
import { originWords, pillView } from './words';

/** The name of the item in the toolbar, as the settings' schema has it. */
export const ITEM = 'seednb-seed';

export class Pill extends ReactWidget {
  constructor(private readonly _seed: SeedPanel) {
    super();
    this.addClass('seednb-Pill');
  }

  /** Open the popover, or close it. */
  async toggle(): Promise<void> {
    const { togglePopover } = await import('./popover');
    const button = this.node.querySelector('button');
    if (button) {
      togglePopover(this._seed, button);
    }
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this._seed.changed}>
        {() => <PillButton seed={this._seed} onClick={() => void this.toggle()} />}
      </UseSignal>
    );
  }
}

/** Return the pill of a notebook; null where its toolbar has none. */
export function pillOf(panel: NotebookPanel): Pill | null {
  for (const item of panel.toolbar.children()) {
    if (item instanceof Pill) {
      return item;
    }
  }
  return null;
}

function PillButton(props: { seed: SeedPanel; onClick: () => void }): React.ReactElement {
  const { state, trans } = props.seed;
  const view = pillView(state, trans);
  const origin = state.runtime ? originWords(state.runtime.origin, trans) : '';
  const title = view.seed
    ? trans.__('Seed %1: %2', view.seed, [view.words, origin].filter(Boolean).join(', '))
    : trans.__('Seed: %1', view.words);
  return (
    <button
      type="button"
      className="seednb-pill"
      data-state={view.state}
      aria-haspopup="dialog"
      aria-label={title}
      title={title}
      onClick={props.onClick}
    >
      <StateIcon state={view.state} />
      <span className="seednb-pill-label">
        {view.seed && <b>{view.seed}</b>}
        {view.seed && ' · '}
        {view.words}
      </span>
    </button>
  );
}
