/** The pill's icons: each state has its own shape, drawn in the current colour, so that colour alone tells nothing. */

import * as React from 'react';

import type { PillState } from './words';

const SHAPES: { [state in PillState]: React.ReactNode } = {
  'not-loaded': <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M4.2 11.8l7.6-7.6" />,
  unseeded: <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11" strokeDasharray="2.4 1.9" />,
  new: <path d="M8 2.2l1.5 4.3 4.3 1.5-4.3 1.5L8 13.8 6.5 9.5 2.2 8l4.3-1.5z" />,
  recorded: (
    <>
      <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11" />
      <path d="M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 1 0 0-4.8" fill="currentColor" />
    </>
  ),
  replaying: <path className="seednb-spin" d="M13.2 6.2A5.5 5.5 0 1 0 13.5 8M13.6 2.6v3.7H9.9" />,
  verifying: <path className="seednb-spin" d="M13.2 6.2A5.5 5.5 0 1 0 13.5 8M13.6 2.6v3.7H9.9" />,
  reproduced: <path d="M2.8 8.6l3.4 3.4 7-7.6" strokeWidth="2" />,
  diverged: <path d="M3 6h10M3 10h10M10.5 2.8l-5 10.4" strokeWidth="1.7" />,
  failed: <path d="M8 2.2l6.3 11.3H1.7zM8 6.4v3.4M8 11.4v.6" />
};

/** Draw the icon of a state. */
export function StateIcon({ state }: { state: PillState }): React.ReactElement {
  return (
    <svg className="seednb-icon" data-state={state} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[state]}
    </svg>
  );
}
