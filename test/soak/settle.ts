import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';

/** Resolves once every flow has ended, or none has for `ms`. */
export async function settle(ledger: Ledger, ms: number): Promise<void> {
  let last = ledger.ended;
  let since = Date.now();
  while (ledger.ended < ledger.sent && Date.now() < since + ms) {
    await sleep(100);
    if (ledger.ended === last) continue;
    last = ledger.ended;
    since = Date.now();
  }
}
