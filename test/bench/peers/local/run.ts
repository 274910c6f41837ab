import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report } from '../common/apart.ts';
import type { OpenEngine } from './engine.ts';
import { measure } from './measure.ts';

const ENGINES: Readonly<Record<string, () => Promise<OpenEngine>>> = {
  sluice: async () => (await import('./sluice.ts')).openSluice,
  'pg-boss on PGlite': async () => (await import('./pg-boss.ts')).openPgBoss,
  'BullMQ on Redis': async () => (await import('./bullmq.ts')).openBullmq,
};

/** One contender in a process of its own: `node run.ts <engine> <memory|durable> <queue|handler> <seconds>`. */
const [name = 'sluice', mode = 'memory', answers = 'queue', seconds = '2'] = process.argv.slice(2);
const dir = mode === 'durable' ? mkdtempSync(join(tmpdir(), 'sluice-peers-')) : undefined;
if (dir) process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const open = await ENGINES[name]!();
const started = (onAnswer: (n: number) => void) =>
  open({ dir, answers: answers === 'handler' ? 'handler' : 'queue', onAnswer });
report(await measure(started, 1_000 * Number(seconds)));
