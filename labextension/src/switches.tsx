/** The popover's quiet part: how cells draw, strict operations, what draws, and what differs from the record's runtime. */

import * as React from 'react';

import type { SeedPanel } from './panel';
import type { Difference } from './state';
import type { Mode } from './wire';

/** Mode, strict, draws and differences. */
export function Switches({ seed }: { seed: SeedPanel }): React.ReactElement | null {
  const { state, trans } = seed;
  const { draws, differences } = state;
  if (!state.runtime || state.loaded !== 'yes') {
    return null;
  }
  return (
    <section>
      <ModeSwitch seed={seed} />
      <StrictSwitch seed={seed} />
      {draws.length > 0 && <p className="seednb-dim">{trans.__('Draws: %1', draws.join(', '))}</p>}
      {differences.length > 0 && <Differences seed={seed} rows={differences} />}
    </section>
  );
}

function ModeSwitch({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  const modes: [Mode, string, string][] = [
    ['stream', trans.__('one stream'), trans.__('All cells draw from one stream, in the order in which they run.')],
    [
      'per-cell',
      trans.__('per cell'),
      trans.__("Each cell draws from its own stream: running cells again, or in another order, does not change a cell's numbers.")
    ]
  ];
  return (
    <fieldset className="seednb-mode" data-seednb="mode" disabled={state.asking !== ''}>
      <legend>{trans.__('Random numbers')}</legend>
      {modes.map(([mode, label, title]) => (
        <label key={mode} title={title}>
          <input
            type="radio"
            name="seednb-mode"
            value={mode}
            checked={state.runtime?.mode === mode}
            onChange={() => void seed.setMode(mode)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function StrictSwitch({ seed }: { seed: SeedPanel }): React.ReactElement {
  const { state, trans } = seed;
  const on = state.runtime?.strict === true;
  return (
    <button
      type="button"
      role="switch"
      data-seednb="strict"
      className="seednb-strict"
      aria-checked={on}
      disabled={state.asking !== ''}
      title={trans.__('Deterministic operations only: other results, slower, and an error where an operation has no deterministic form')}
      onClick={() => void seed.setStrict(!on)}
    >
      <span>{trans.__('Strict')}</span>
      <span className="seednb-switch" aria-hidden="true" />
      <span className="seednb-dim">{on ? trans.__('on') : trans.__('off')}</span>
    </button>
  );
}

function Differences({ seed, rows }: { seed: SeedPanel; rows: Difference[] }): React.ReactElement {
  const { trans } = seed;
  const summary = trans._n(
    'The record was made with %1 other setting',
    'The record was made with %1 other settings',
    rows.length
  );
  return (
    <details data-seednb="differences">
      <summary>{summary}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('what')}</th>
            <th scope="col">{trans.__('recorded')}</th>
            <th scope="col">{trans.__('here')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td>{row.first}</td>
              <td>{row.second}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
