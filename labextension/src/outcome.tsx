/** The popover's second part: starts a replay or a verification, shows how far it is, and how the last one ended. */

import * as React from 'react';

import { Button } from './button';
import type { PartProps } from './body';
import { StateIcon } from './icons';
import type { Activity, Verdict } from './state';
import type { PanelControl } from './tokens';
import { pillState, verdictWords } from './words';

/** A bar while something is under way; then its verdict in a sentence, with the report. */
export function Outcome(props: PartProps): React.ReactElement | null {
  const { activity, verdict } = props.seed.state;
  if (activity) {
    return <Progress {...props} activity={activity} />;
  }
  return verdict && <Ended {...props} verdict={verdict} />;
}

function Progress({ seed, activity }: PartProps & { activity: Activity }): React.ReactElement {
  const { trans } = seed;
  const { kind, cell, cells, text } = activity;
  return (
    <div className="seednb-progress">
      <progress
        aria-label={kind === 'replay' ? trans.__('Replay') : trans.__('Verification')}
        {...(cells > 0 && { max: cells, value: cell })}
      />
      <span className="seednb-dim">
        {text || (cells > 0 ? trans.__('%1 of %2 cells', cell, cells) : trans.__('Starting …'))}
      </span>
    </div>
  );
}

function Ended({ seed, verdict }: PartProps & { verdict: Verdict }): React.ReactElement {
  const { state, trans, control } = seed;
  return (
    <div className="seednb-outcome" data-verdict={verdict.kind}>
      <StateIcon state={pillState(state)} />
      <p>{verdictWords(verdict, trans)}</p>
      <div>
        {verdict.hasReport && (
          <Button name="report" look="seednb-link" onClick={() => control?.showReport()}>
            {trans.__('Report')}
          </Button>
        )}
        {verdict.canRestore && (
          <Button name="restore" look="seednb-link" onClick={() => control?.restoreRecorded()}>
            {trans.__('Put the recorded outputs back')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The two main buttons, or the one that stops. */
export function Verbs({ seed, close, control }: PartProps & { control: PanelControl }): React.ReactElement {
  const { state, trans } = seed;
  if (state.activity) {
    return (
      <div className="seednb-row">
        <Button name="stop" onClick={() => control.stop()}>
          {trans.__('Stop')}
        </Button>
      </div>
    );
  }
  const replay = (): void => {
    close();
    void control.replay();
  };
  return (
    <div className="seednb-row">
      <Button
        name="replay"
        look="seednb-button seednb-main seednb-grow"
        title={trans.__('Restart the kernel, run all cells with the recorded seed, and compare')}
        onClick={replay}
      >
        {trans.__('Restart & replay')}
      </Button>
      <Button
        name="verify"
        title={trans.__('Replay the saved notebook in a fresh kernel, beside this one')}
        onClick={() => control.verify()}
      >
        {trans.__('Verify in background')}
      </Button>
    </div>
  );
}
