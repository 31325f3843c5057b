/** Tells how a replay or a verification ended, where the user is looking: a notification with the next steps. */

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Verdict } from './state';
import { VERDICTS, label } from './verdicts';

const SHORT = 6000;
const MAX_LENGTH = 138;

/** How a replay or a verification ended. report: where its report is. */
export interface Ended {
  verdict: Verdict;
  report: string | null;
  notices: string[];
}

/** A next step. */
export interface NextStep {
  label: string;
  caption: string;
  run: () => void;
}

/** Tell how it ended; return the notification's id. */
export function notify(verdict: Verdict, name: string, steps: NextStep[], trans: TranslationBundle): string {
  const good = verdict.kind === 'reproduced' || verdict.kind === 'recorded';
  const type = good ? 'success' : verdict.kind === 'failed' ? 'error' : 'warning';
  return Notification.emit(cut(sentence(verdict, name, trans)), type, {
    autoClose: good ? SHORT : false,
    actions: steps.map(step => ({ label: step.label, caption: step.caption, callback: step.run }))
  });
}

/** Return the counts of the verdicts in words: `10 identical, 1 diverged`. */
function countWords(counts: Verdict['counts'], trans: TranslationBundle): string {
  return VERDICTS.filter(name => counts[name])
    .map(name => trans.__('%1 %2', counts[name], label(name, trans)))
    .join(', ');
}

function sentence(verdict: Verdict, name: string, trans: TranslationBundle): string {
  const { kind, seed, first, counts, text } = verdict;
  const many = countWords(counts, trans);
  switch (kind) {
    case 'reproduced':
      return trans.__('%1 reproduces with seed %2: %3.', name, seed, many || trans.__('no code cells'));
    case 'recorded':
      return trans.__('%1 ran with seed %2, and is recorded now: the next replay compares with it.', name, seed);
    case 'diverged':
    case 'failed':
      return first === null
        ? trans.__('%1: %2', name, text)
        : trans.__('%1: cell %2 is the first that differs (%3). %4', name, first, many, text);
    case 'stopped':
      return many ? trans.__('%1: %2 So far: %3.', name, text, many) : trans.__('%1: %2', name, text);
  }
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
