/** What a replay asks of the kernel outside cells: to load seednb and seed as planned, and at the end how it stands. */

import type { ReplayPlan } from './answers';
import type { KernelLink, Reply } from './link';
import { asObject } from './wire';

/** Send the requests that load and seed, until one has its answer; return the last reply. */
export async function attach(link: KernelLink, plan: ReplayPlan): Promise<Reply | null> {
  let reply: Reply | null = null;
  for (const { code, expressions } of plan.attach) {
    reply = await link.request(code, expressions);
    if (asObject(asObject(reply)?.user_expressions)?.seednb !== undefined) {
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

/** Let the runtime be its user's again; the user's next cell comes after this in the kernel's queue. */
export async function giveBack(link: KernelLink, plan: ReplayPlan): Promise<void> {
  const { expressions } = plan.finish;
  if (Object.keys(expressions).length) {
    await link.request('', expressions).catch(() => undefined);
  }
}

/** Tell whether a request and all that it asked for went well. */
export function isGood(reply: Reply | null): boolean {
  const asked = Object.values(asObject(asObject(reply)?.user_expressions) ?? {});
  return reply?.status === 'ok' && asked.every(one => asObject(one)?.status === 'ok');
}
