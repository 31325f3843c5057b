/** What the popover shows: the seed and its verbs, the last verdict, the strip, the switches. */

import * as React from 'react';

import { StateIcon } from './icons';
import type { SeedPanel } from './panel';
import { offersRecord, shownSeed } from './state';
import { Switches } from './switches';
import { MAX_SEED, readSeed } from './wire';
import { originWords, pillState, verdictWords } from './words';

interface Props {
  seed: SeedPanel;
  close: () => void;
}

/** The popover's contents. */
export function PopoverBody(props: Props): React.ReactElement {
  return (
    <>
      <Heading {...props} />
      <SeedForm {...props} />
      <Progress {...props} />
      <Strip {...props} />
      <Verbs {...props} />
      <Switches seed={props.seed} />
      <Said {...props} />
    </>
  );
}

function Heading({ seed }: Props): React.ReactElement {
  const { state, trans } = seed;
  const shown = shownSeed(state);
  const name = pillState(state);
  return (
    <header className="seednb-heading">
      <StateIcon state={name} />
      <h2>{shown === null ? trans.__('No seed') : trans.__('Seed %1', shown)}</h2>
      <span className="seednb-dim">{subtitle(seed)}</span>
    </header>
  );
}

function subtitle({ state, trans }: SeedPanel): string {
  const { loaded, runtime, record, language } = state;
  if (runtime && loaded === 'yes') {
    const own = runtime.seed !== null && runtime.seed === shownSeed(state);
    return own ? originWords(runtime.origin, trans) : record ? originWords('record', trans) : '';
  }
  switch (loaded) {
    case 'other-language':
      return trans.__('a kernel of language %1', language);
    case 'no-kernel':
      return trans.__('no kernel');
    case 'old':
    case 'newer':
    case 'no':
      return record ? originWords('record', trans) : trans.__('seednb is not loaded');
    default:
      return '';
  }
}

function SeedForm({ seed }: Props): React.ReactElement {
  const { state, trans } = seed;
  const shown = shownSeed(state);
  const [typed, setTyped] = React.useState<string | null>(null);
  const text = typed ?? (shown === null ? '' : String(shown));
  const wrong = typed !== null && readSeed(typed) === null;
  if (state.loaded !== 'yes') {
    return <NotLoaded seed={seed} />;
  }
  const set = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const value = readSeed(text);
    if (value === null) {
      setTyped(text);
    } else if (await seed.setSeed(value)) {
      setTyped(null);
    }
  };
  return (
    <form className="seednb-row" onSubmit={event => void set(event)} noValidate>
      <input
        data-seednb="seed"
        className="seednb-input"
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        aria-label={trans.__('Seed')}
        aria-invalid={wrong}
        aria-describedby={wrong ? 'seednb-wrong' : undefined}
        value={text}
        onChange={event => setTyped(event.target.value)}
      />
      <button type="submit" data-seednb="set-seed" className="seednb-button" disabled={wrong || state.asking !== ''}>
        {trans.__('Set')}
      </button>
      <button
        type="button"
        data-seednb="new-seed"
        className="seednb-button"
        title={trans.__('Generate a seed that was never used')}
        disabled={state.asking !== ''}
        onClick={() => void seed.setSeed(null).then(() => setTyped(null))}
      >
        {trans.__('New')}
      </button>
      {wrong && (
        <p id="seednb-wrong" className="seednb-wrong" role="alert">
          {trans.__('A seed is a whole number from 0 to %1.', MAX_SEED)}
        </p>
      )}
      {offersRecord(state) && state.record && (
        <button
          type="button"
          data-seednb="use-recorded"
          className="seednb-button seednb-wide"
          disabled={state.asking !== ''}
          onClick={() => void seed.useRecorded().then(() => setTyped(null))}
        >
          {trans.__('Use the recorded seed, %1', state.record.seed)}
        </button>
      )}
    </form>
  );
}

function NotLoaded({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  switch (state.loaded) {
    case 'no':
      return (
        <div className="seednb-row">
          <p>{trans.__('seednb is not loaded in this kernel: nothing is seeded, and nothing is recorded.')}</p>
          <button
            type="button"
            data-seednb="load"
            className="seednb-button seednb-wide"
            disabled={state.asking !== ''}
            onClick={() => void seed.load()}
          >
            {trans.__('Load seednb')}
          </button>
        </div>
      );
    case 'old':
      return <p>{trans.__("update seednb in this kernel's environment: it is older than this extension.")}</p>;
    case 'newer':
      return <p>{trans.__("seednb in this kernel's environment is newer than this extension: update the extension.")}</p>;
    case 'other-language':
      return <p>{trans.__('The seed of a running %1 kernel cannot be set from here; replaying works.', state.language)}</p>;
    case 'no-kernel':
      return <p>{trans.__('No kernel is running: select one.')}</p>;
    default:
      return <p>{trans.__('Waiting for the kernel …')}</p>;
  }
}

function Progress({ seed }: Props): React.ReactElement | null {
  const { state, trans } = seed;
  const { activity, verdict } = state;
  if (activity) {
    return (
      <div className="seednb-progress">
        <progress
          aria-label={activity.kind === 'replay' ? trans.__('Replay') : trans.__('Verification')}
          max={Math.max(1, activity.cells)}
          value={activity.cell}
        />
        <span>{activity.text}</span>
      </div>
    );
  }
  if (!verdict) {
    return null;
  }
  return (
    <div className="seednb-verdict-line" data-verdict={verdict.kind}>
      <p>{verdictWords(verdict, trans)}</p>
      {verdict.hasReport && (
        <button
          type="button"
          data-seednb="report"
          className="seednb-link"
          onClick={() => void seed.control?.showReport()}
        >
          {trans.__('Report')}
        </button>
      )}
      {verdict.canRestore && (
        <button
          type="button"
          data-seednb="restore"
          className="seednb-link"
          onClick={() => void seed.control?.restoreRecorded()}
        >
          {trans.__('Put the recorded outputs back')}
        </button>
      )}
    </div>
  );
}

function Strip({ seed }: Props): React.ReactElement {
  return <div data-seednb="strip">{seed.control?.strip()}</div>;
}

function Verbs({ seed, close }: Props): React.ReactElement {
  const { state, trans, control } = seed;
  if (state.activity) {
    return (
      <div className="seednb-row">
        <button type="button" data-seednb="stop" className="seednb-button" onClick={() => void control?.stop()}>
          {trans.__('Stop')}
        </button>
      </div>
    );
  }
  return (
    <div className="seednb-row">
      <button
        type="button"
        data-seednb="replay"
        className="seednb-button seednb-main"
        disabled={!control}
        onClick={() => {
          close();
          void control?.replay();
        }}
      >
        {trans.__('Restart & replay')}
      </button>
      <button
        type="button"
        data-seednb="verify"
        className="seednb-button"
        disabled={!control}
        onClick={() => void control?.verify()}
      >
        {trans.__('Verify in background')}
      </button>
    </div>
  );
}

function Said({ seed }: Props): React.ReactElement {
  const { asking, message } = seed.state;
  const failed = !asking && message?.failed;
  return (
    <p data-seednb="message" className={failed ? 'seednb-wrong' : 'seednb-dim'} role="status" aria-live="polite">
      {asking || message?.text}
    </p>
  );
}
