/** What the popover shows: the seed and its verbs, how the last replay ended, the strip, the switches. */

import * as React from 'react';

import { StateIcon } from './icons';
import { Outcome, Verbs } from './outcome';
import type { SeedPanel } from './panel';
import { SeedForm } from './seedform';
import { shownSeed } from './state';
import { Switches } from './switches';
import { originWords, pillState } from './words';

/** What each part of the popover is given. */
export interface PartProps {
  seed: SeedPanel;
  close: () => void;
}

/** The popover's contents. */
export function PopoverBody(props: PartProps): React.ReactElement {
  const { control, state } = props.seed;
  const { asking, message } = state;
  const failed = !asking && message?.failed;
  return (
    <>
      <section>
        <Heading {...props} />
        <SeedForm seed={props.seed} />
        <p
          data-seednb="message"
          className={failed ? 'seednb-wrong' : 'seednb-dim'}
          role="status"
          aria-live="polite"
        >
          {asking || message?.text}
        </p>
      </section>
      {control && (
        <section>
          <Outcome {...props} />
          <div data-seednb="strip">{control.strip()}</div>
          <Verbs {...props} control={control} />
        </section>
      )}
      <Switches seed={props.seed} />
    </>
  );
}

function Heading({ seed }: PartProps): React.ReactElement {
  const { state } = seed;
  return (
    <header className="seednb-heading">
      <StateIcon state={pillState(state)} />
      <h2>{title(seed)}</h2>
      <span className="seednb-dim">{subtitle(seed)}</span>
    </header>
  );
}

function title({ state, trans }: SeedPanel): string {
  const shown = shownSeed(state);
  if (shown !== null) {
    return trans.__('Seed %1', shown);
  }
  return state.loaded === 'unseen' ? trans.__('Seed') : trans.__('No seed yet');
}

/** Say where the seed that is shown comes from. */
function subtitle({ state, trans }: SeedPanel): string {
  const { loaded, runtime, record } = state;
  const shown = shownSeed(state);
  if (shown === null) {
    return loaded === 'no' ? trans.__('seednb is not loaded') : '';
  }
  if (runtime?.seed === shown) {
    return originWords(runtime.origin, trans);
  }
  return record?.seed === shown ? originWords('record', trans) : '';
}
