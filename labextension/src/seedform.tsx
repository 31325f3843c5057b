/** The popover's first part: sets the seed, or says why it cannot be set here. */

import * as React from 'react';

import { Button } from './button';
import type { SeedPanel } from './panel';
import { offersRecord, shownSeed } from './state';
import { MAX_SEED, readSeed } from './wire';

/** A form that sets the kernel's seed; words where there is no kernel of ours. */
export function SeedForm({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  if (state.loaded !== 'yes') {
    return <NotLoaded seed={seed} />;
  }
  return (
    <>
      {state.runtime?.seed === null && !state.record && (
        <p className="seednb-dim">
          {trans.__('A new one is generated before the first cell, unless you set it.')}
        </p>
      )}
      <Form seed={seed} />
      {offersRecord(state) && state.record && (
        <div className="seednb-offer">
          <p>{trans.__("This notebook's record names seed %1.", state.record.seed)}</p>
          <Button name="use-recorded" disabled={state.asking !== ''} onClick={() => seed.useRecorded()}>
            {trans.__('Use it')}
          </Button>
        </div>
      )}
    </>
  );
}

function Form({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  const [typed, setTyped] = React.useState<string | null>(null);
  const shown = shownSeed(state);
  const text = typed ?? (shown === null ? '' : String(shown));
  const wrong = typed !== null && typed !== '' && readSeed(typed) === null;
  const ask = async (value: number | null): Promise<void> => {
    if (await seed.setSeed(value)) {
      setTyped(null);
    }
  };
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    const value = readSeed(text);
    if (value !== null) {
      void ask(value);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="seednb-row">
        <input
          data-seednb="seed"
          className="seednb-input"
          inputMode="numeric"
          autoComplete="off"
          spellCheck={false}
          placeholder={trans.__('a whole number')}
          aria-label={trans.__('Seed')}
          aria-invalid={wrong}
          aria-describedby={wrong ? 'seednb-wrong' : undefined}
          value={text}
          onFocus={event => event.target.select()}
          onChange={event => setTyped(event.target.value)}
        />
        <button
          type="submit"
          data-seednb="set-seed"
          className="seednb-button"
          disabled={readSeed(text) === null || state.asking !== ''}
        >
          {trans.__('Set')}
        </button>
        <Button
          name="new-seed"
          title={trans.__('Generate a seed that was never used')}
          disabled={state.asking !== ''}
          onClick={() => ask(null)}
        >
          {trans.__('New')}
        </Button>
      </div>
      {wrong && (
        <p id="seednb-wrong" className="seednb-wrong" role="alert">
          {trans.__('A seed is a whole number from 0 to %1.', MAX_SEED)}
        </p>
      )}
    </form>
  );
}

function NotLoaded({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  switch (state.loaded) {
    case 'no':
      return (
        <>
          <p>{trans.__('This kernel does not have seednb loaded: its cells are neither seeded nor recorded.')}</p>
          <div className="seednb-row">
            <Button name="load" disabled={state.asking !== ''} onClick={() => seed.load()}>
              {trans.__('Load seednb')}
            </Button>
            {state.record && (
              <Button name="use-recorded" disabled={state.asking !== ''} onClick={() => seed.useRecorded()}>
                {trans.__('Load with seed %1', state.record.seed)}
              </Button>
            )}
          </div>
        </>
      );
    case 'old':
      return <p>{trans.__("It is older than this extension: update seednb in this kernel's environment.")}</p>;
    case 'newer':
      return <p>{trans.__("seednb in this kernel's environment is newer than this extension: update seednb beside the server.")}</p>;
    case 'other-language':
      return (
        <p>
          {trans.__('The seed of a running %1 kernel cannot be set from here. Replaying and verifying work.', state.language)}
        </p>
      );
    case 'unseen':
      return (
        <p>
          {trans.__(
            'This kernel answers nothing but cells, as that of JupyterLite does: seed it with %seed 42 in a cell. The record stands in the output of that cell; what cells draw is not shown here.'
          )}
        </p>
      );
    case 'no-kernel':
      return <p>{trans.__('No kernel is running.')}</p>;
    default:
      return <p>{trans.__('Waiting for the kernel …')}</p>;
  }
}
