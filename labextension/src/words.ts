/** What the state reads like: the words of pill and popover. Pure, and tested without a document. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { PanelState, Verdict } from './state';
import { isUnused, shownSeed } from './state';

/** The states of the pill, as `data-state` names them. */
export type PillState =
  | 'not-loaded'
  | 'unseeded'
  | 'new'
  | 'recorded'
  | 'replaying'
  | 'verifying'
  | 'reproduced'
  | 'diverged'
  | 'failed';

/** What the pill shows. */
export interface PillView {
  state: PillState;
  seed: string;
  words: string;
}

/** Return what the pill shows of a state. */
export function pillView(state: PanelState, trans: TranslationBundle): PillView {
  const shown = shownSeed(state);
  const seed = shown === null ? '' : String(shown);
  const name = pillState(state);
  return { state: name, seed, words: pillWords(state, name, trans) };
}

/** Return the name of a state. */
export function pillState(state: PanelState): PillState {
  const { activity, verdict, runtime, record, loaded } = state;
  if (activity) {
    return activity.kind === 'replay' ? 'replaying' : 'verifying';
  }
  if (verdict?.kind === 'diverged' || verdict?.kind === 'failed' || verdict?.kind === 'reproduced') {
    return verdict.kind;
  }
  if (record && (!runtime || runtime.seed === null || runtime.seed === record.seed || isUnused(state))) {
    return 'recorded';
  }
  if (!runtime || loaded !== 'yes') {
    return 'not-loaded';
  }
  return runtime.seed === null ? 'unseeded' : 'new';
}

function pillWords(state: PanelState, name: PillState, trans: TranslationBundle): string {
  const { activity, verdict } = state;
  switch (name) {
    case 'replaying':
    case 'verifying': {
      const verb = name === 'replaying' ? trans.__('replaying') : trans.__('verifying');
      return activity && activity.cells > 0
        ? trans.__('%1 %2/%3', verb, activity.cell, activity.cells)
        : verb;
    }
    case 'reproduced':
      return trans.__('reproduced');
    case 'diverged':
      return verdict?.first ? trans.__('diverged at %1', verdict.first) : trans.__('diverged');
    case 'failed':
      return verdict?.first ? trans.__('failed at %1', verdict.first) : trans.__('failed');
    case 'recorded':
      return trans.__('recorded');
    case 'new':
      return trans.__('new');
    case 'unseeded':
      return trans.__('no seed yet');
    case 'not-loaded':
      return notLoaded(state, trans);
  }
}

function notLoaded({ loaded }: PanelState, trans: TranslationBundle): string {
  switch (loaded) {
    case 'old':
    case 'newer':
      return trans.__('update seednb');
    case 'other-language':
      return trans.__('not recorded');
    case 'unseen':
      return trans.__('not shown here');
    default:
      return trans.__('not loaded');
  }
}

/** Return where the seed comes from, in words. */
export function originWords(origin: string, trans: TranslationBundle): string {
  switch (origin) {
    case 'api':
      return trans.__('given to seednb.seed()');
    case 'command-line':
      return trans.__('given on the command line');
    case 'environment':
      return trans.__('from SEEDNB_SEED');
    case 'front-end':
      return trans.__('set here');
    case 'generated':
      return trans.__('newly generated');
    case 'magic':
      return trans.__('given to %seed');
    case 'notebook':
      return trans.__('from the notebook');
    case 'pyproject':
      return trans.__('from pyproject.toml');
    case 'record':
      return trans.__("from this notebook's record");
    default:
      return origin;
  }
}

/** Return a verdict as a sentence. */
export function verdictWords(verdict: Verdict, trans: TranslationBundle): string {
  const { kind, counts, first, text } = verdict;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  switch (kind) {
    case 'reproduced':
      return reproducedWords(total, counts.missing ?? 0, trans);
    case 'recorded':
      return trans.__('Run and recorded: the next replay compares with it.');
    case 'diverged':
      return first
        ? trans.__('Cell %1 is the first that differs. %2', first, text).trim()
        : text;
    case 'failed':
      return text || trans.__('The replay failed.');
    case 'stopped':
      return text || trans.__('Stopped.');
  }
}

function reproducedWords(total: number, missing: number, trans: TranslationBundle): string {
  if (total === 0) {
    return trans.__('There are no code cells: nothing to compare.');
  }
  return missing > 0
    ? trans._n(
        '%2 of %3 cells gave the same again; %1 has no record to compare with.',
        '%2 of %3 cells gave the same again; %1 have no record to compare with.',
        missing,
        total - missing,
        total
      )
    : trans._n('The %1 cell gave the same again.', 'All %1 cells gave the same again.', total);
}
