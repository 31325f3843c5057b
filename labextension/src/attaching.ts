/** What a replay asks of the kernel outside cells: to load seednb and seed as planned, and at the end how it stands. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ReplayPlan } from './answers';
import type { KernelLink, Reply } from './link';
import { asObject } from './wire';

/** Send the requests that load and seed, until one goes through; return the last reply. */
export async function attach(link: KernelLink, plan: ReplayPlan): Promise<Reply | null> {
  let reply: Reply | null = null;
  for (const { code, expressions } of plan.attach) {
    reply = await link.request(code, expressions);
    if (reply.status !== 'error' || reply.ename !== 'LookupError') {
      break;
    }
  }
  return reply;
}

/** Ask how the runtime stands; null where it does not answer. A kernel passes over what comes right after a cell that failed. */
export async function question(link: KernelLink, plan: ReplayPlan): Promise<Reply | null> {
  const ask = (): Promise<Reply> => link.request('', plan.question.expressions);
  try {
    const reply = await ask();
    return isGood(reply) ? reply : await ask();
  } catch {
    return null;
  }
}

/** Tell whether a request and all that it asked for went well. */
export function isGood(reply: Reply | null): boolean {
  const asked = Object.values(asObject(asObject(reply)?.user_expressions) ?? {});
  return reply?.status === 'ok' && asked.every(one => asObject(one)?.status === 'ok');
}

/** Return which kernel a notebook runs in, as the server wants to know it. */
export function kernelOf(
  panel: NotebookPanel,
  trans: TranslationBundle
): { path: string; kernel_id: string; kernel_name: string; language: string } {
  const { sessionContext, context } = panel;
  const kernel = sessionContext.session?.kernel;
  if (!kernel) {
    throw new Error(trans.__('There is no kernel: choose one first.'));
  }
  const spec = sessionContext.specsManager.specs?.kernelspecs[kernel.name];
  const language = (spec?.language ?? 'python').toLowerCase();
  return { path: context.path, kernel_id: kernel.id, kernel_name: kernel.name, language };
}
