/** The small marks at a cell: the verdict of the last replay, and the random state that the cell left. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { CellResult } from './answers';
import { element } from './badges';
import type { RandomState } from './colours';
import { explained } from './progress';
import { MARKS, isBad, label, meaning } from './verdicts';

/** What is marked at a cell. */
export interface Marked {
  result: CellResult | null;
  state: RandomState | null;
  /** The state that was recorded, where it is another one. */
  other: RandomState | null;
}

/** Return the marks of a cell, and a line that says why it differs. */
export function marks(marked: Marked, trans: TranslationBundle): HTMLElement[] {
  const { result, state } = marked;
  const row = element('div', 'seednb-marks');
  if (result) {
    row.append(verdictMark(result, trans));
  }
  if (state?.letter) {
    row.append(stateMark(state, marked.other, trans));
  }
  const shown = row.childElementCount ? [row] : [];
  return result && isBad(result.verdict) ? [...shown, whyLine(result, trans)] : shown;
}

/** Return what a random state is, in words. */
export function stateWords(state: RandomState, trans: TranslationBundle): string {
  if (!state.letter) {
    return trans.__('nothing drawn so far');
  }
  return state.drew.length
    ? trans.__('random state %1, drew from %2', state.letter, state.drew.join(', '))
    : trans.__('random state %1, drew nothing', state.letter);
}

function verdictMark(result: CellResult, trans: TranslationBundle): HTMLElement {
  const { verdict } = result;
  const node = element('span', 'seednb-verdict', MARKS[verdict]);
  node.dataset.verdict = verdict;
  return told(node, `${label(verdict, trans)}: ${explained(result) || meaning(verdict, trans)}`);
}

function stateMark(state: RandomState, other: RandomState | null, trans: TranslationBundle): HTMLElement {
  const kept = state.drew.length ? '' : ' seednb-mod-kept';
  const apart = other ? ' seednb-mod-apart' : '';
  const node = element('span', `seednb-state seednb-h${state.hue}${kept}${apart}`, state.letter);
  node.dataset.digest = state.digest;
  const words = stateWords(state, trans);
  return told(node, other ? trans.__('%1; recorded was %2', words, stateWords(other, trans)) : words);
}

function whyLine(result: CellResult, trans: TranslationBundle): HTMLElement {
  const node = element('div', 'seednb-why');
  node.dataset.verdict = result.verdict;
  const why = explained(result);
  node.append(element('b', '', label(result.verdict, trans)), element('span', '', why || meaning(result.verdict, trans)));
  return node;
}

function told(node: HTMLElement, words: string): HTMLElement {
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', words);
  node.title = words;
  return node;
}
