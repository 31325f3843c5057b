/** The strip: a column for each cell, with its verdict and its random states, recorded and now; a click leads to the cell. */

import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CellResult } from './answers';
import type { RandomState } from './colours';
import type { Insight } from './insight';
import { stateWords } from './marks';
import type { SeedPanel } from './panel';
import { MARKS, isBad, label } from './verdicts';

/** One column. */
interface Column {
  id: string;
  number: number;
  result: CellResult | null;
  recorded: RandomState | null;
  now: RandomState | null;
}

interface Props {
  seed: SeedPanel;
  insight: Insight;
}

const PAGE = 120;

/** The strip of one notebook; nothing where nothing is known of its cells. */
export function Strip({ seed, insight }: Props): React.ReactElement | null {
  const [, setTick] = React.useState(0);
  React.useEffect(() => {
    const update = (): void => setTick(tick => tick + 1);
    insight.changed.connect(update);
    return () => void insight.changed.disconnect(update);
  }, [insight]);
  const [page, setPage] = React.useState<number | null>(null);
  const columns = columnsOf(seed, insight);
  const { trans } = seed;
  if (!columns.some(column => column.result ?? column.recorded ?? column.now)) {
    return null;
  }
  const pages = Math.ceil(columns.length / PAGE);
  const firstBad = columns.findIndex(column => column.result && isBad(column.result.verdict));
  const at = Math.min(page ?? Math.max(0, Math.floor(firstBad / PAGE)), pages - 1);
  const shown = columns.slice(at * PAGE, (at + 1) * PAGE);
  return (
    <div className="seednb-strip">
      <Columns columns={shown} jump={id => void jump(seed, id)} trans={trans} />
      {pages > 1 && <Pages at={at} pages={pages} go={setPage} trans={trans} />}
      <p className="seednb-dim">{legend(shown, trans)}</p>
    </div>
  );
}

function Columns(props: { columns: Column[]; jump: (id: string) => void; trans: TranslationBundle }): React.ReactElement {
  const { columns, jump, trans } = props;
  const [at, setAt] = React.useState(0);
  const place = Math.min(at, columns.length - 1);
  const has = (name: 'result' | 'recorded' | 'now'): boolean => columns.some(column => column[name] !== null);
  const rows = { result: has('result'), recorded: has('recorded'), now: has('now') };
  const move = (event: React.KeyboardEvent<HTMLElement>): void => {
    const next = nextPlace(event.key, place, columns.length);
    if (next !== null) {
      event.preventDefault();
      setAt(next);
      event.currentTarget.querySelectorAll<HTMLElement>('button')[next]?.focus();
    }
  };
  return (
    <div className="seednb-columns" role="group" aria-label={trans.__('Cells')} onKeyDown={move}>
      {columns.map((column, index) => (
        <button
          key={column.id}
          type="button"
          className="seednb-column"
          tabIndex={index === place ? 0 : -1}
          data-cell={column.id}
          title={words(column, trans)}
          aria-label={words(column, trans)}
          onFocus={() => setAt(index)}
          onClick={() => jump(column.id)}
        >
          <b>{column.number}</b>
          {rows.result && <Verdict result={column.result} />}
          {rows.recorded && <State state={column.recorded} other={null} />}
          {rows.now && <State state={column.now} other={column.recorded} />}
        </button>
      ))}
    </div>
  );
}

function Verdict({ result }: { result: CellResult | null }): React.ReactElement {
  return (
    <i className="seednb-block" data-verdict={result?.verdict ?? 'none'}>
      {result ? MARKS[result.verdict] : ''}
    </i>
  );
}

function State({ state, other }: { state: RandomState | null; other: RandomState | null }): React.ReactElement {
  if (!state?.letter) {
    return <i className="seednb-block seednb-mod-none">{state ? '·' : ''}</i>;
  }
  const kept = state.drew.length ? '' : ' seednb-mod-kept';
  const apart = other?.letter && other.digest !== state.digest ? ' seednb-mod-apart' : '';
  return (
    <i className={`seednb-block seednb-h${state.hue}${kept}${apart}`} data-digest={state.digest}>
      {state.letter}
    </i>
  );
}

function Pages(props: { at: number; pages: number; go: (page: number) => void; trans: TranslationBundle }): React.ReactElement {
  const { at, pages, go, trans } = props;
  return (
    <div className="seednb-row">
      <button type="button" className="seednb-link" disabled={at === 0} onClick={() => go(at - 1)}>
        {trans.__('Earlier cells')}
      </button>
      <span className="seednb-dim">{trans.__('%1 of %2', at + 1, pages)}</span>
      <button type="button" className="seednb-link" disabled={at === pages - 1} onClick={() => go(at + 1)}>
        {trans.__('Later cells')}
      </button>
    </div>
  );
}

function columnsOf(seed: SeedPanel, insight: Insight): Column[] {
  const cells: readonly Cell[] = seed.panel.content.widgets;
  const { results, states } = insight;
  // In a runtime without a replay the record is what its cells have just left.
  const both = results.size > 0 || !cells.some(cell => states.now(cell.model.id));
  return cells.flatMap((cell, index) =>
    cell.model.type !== 'code'
      ? []
      : [
          {
            id: cell.model.id,
            number: index + 1,
            result: results.get(cell.model.id) ?? null,
            recorded: both ? states.recorded(cell.model.id) : null,
            now: states.now(cell.model.id)
          }
        ]
  );
}

async function jump(seed: SeedPanel, id: string): Promise<void> {
  const { content } = seed.panel;
  const index = content.widgets.findIndex(cell => cell.model.id === id);
  if (index >= 0) {
    content.deselectAll();
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'center').catch(() => undefined);
  }
}

function nextPlace(key: string, place: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return Math.min(place + 1, count - 1);
    case 'ArrowLeft':
      return Math.max(place - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function words(column: Column, trans: TranslationBundle): string {
  const told = [trans.__('cell %1', column.number)];
  if (column.result) {
    told.push(label(column.result.verdict, trans));
  }
  if (column.recorded) {
    told.push(trans.__('recorded: %1', stateWords(column.recorded, trans)));
  }
  if (column.now) {
    told.push(trans.__('now: %1', stateWords(column.now, trans)));
  }
  return told.join('; ');
}

function legend(columns: Column[], trans: TranslationBundle): string {
  const both = columns.some(column => column.recorded) && columns.some(column => column.now);
  const letters = trans.__('Letters name the random state after each cell: the same letter is the same state; a dashed block drew nothing.');
  return both ? trans.__('%1 Above as recorded, below as it is now.', letters) : letters;
}
