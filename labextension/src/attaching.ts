/** What a replay asks of the kernel outside cells: to load seednb and seed as planned, and at the end how it stands. */

import type { ReplayPlan } from './answers';
import type { ReplayClient } from './client';
import type { KernelLink, Reply } from './link';
import { asObject } from './wire';

/**
 * Load and seed; return what hands the kernel's answer in.
 *
 * An answer that is good as far as can be seen here is not handed in yet: the server passes the first cells on meanwhile. Fails in one line where
 * nothing can be loaded.
 */
export async function attach(link: KernelLink, client: ReplayClient, plan: ReplayPlan): Promise<() => Promise<unknown>> {
  let next = plan.attach;
  for (;;) {
    const reply = next && (await link.attach(next));
    if (isAnswer(reply) && isGood(reply)) {
      return () => client.attached(plan.id, reply);
    }
    next = await client.attached(plan.id, reply);
    if (!next) {
      return () => Promise.resolve();
    }
  }
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

function isAnswer(reply: Reply | null): boolean {
  return asObject(asObject(reply)?.user_expressions)?.seednb !== undefined;
}

/** Tell whether a request and all that it asked for went well. */
function isGood(reply: Reply | null): boolean {
  const asked = Object.values(asObject(asObject(reply)?.user_expressions) ?? {});
  return reply?.status === 'ok' && asked.every(one => asObject(one)?.status === 'ok');
}
