import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect } from '../../lib/index.ts';
import { type LocalCloud, loadApplication, openCloud } from '../../lib/local/index.ts';

const KILLS = 20;
const FLOWS = 10_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const project = fileURLToPath(new URL('./project', import.meta.url));

test('sluice dev killed 20 times with kill -9 during 10,000 flows: every flow answered, each under one output id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'));
  const archive = join(folder, 'archive.ndjson');
  const dir = join(folder, 'cloud');
  const command = [join(root, 'lib/cli/main.ts'), 'dev', 'steady', '--no-watch', '--dir', dir, '--json'];
  const start = (): ChildProcess =>
    spawn(process.execPath, ['--conditions=sluice-source', ...command], {
      cwd: project,
      env: { ...process.env, STEADY_ARCHIVE: archive },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    const cloud = await openCloud({ dir, role: 'client' });
    const { graph } = await loadApplication(join(project, 'functions', 'steady'));
    cloud.declare(graph.queues);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const running = start();
      await sendFlows(cloud, (FLOWS / KILLS) * kill, FLOWS / KILLS);
      await sleep(200 + Math.random() * 700);
      expect(running.exitCode, 'it runs until it is killed').toBeNull();
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
    const last = start();
    await settled(
      cloud,
      graph.queues.map((q) => q.name).filter((name) => !name.endsWith('.dlq')),
    );
    last.kill('SIGTERM');
    await once(last, 'exit');

    const idsByFlow = new Map<string, Set<string>>();
    for (const line of (await readFile(archive, 'utf8')).split('\n').filter(Boolean)) {
      // A line cut short by a kill belongs to an answer that was not acknowledged, and comes again.
      const answer = tryParse(line);
      if (answer) idsByFlow.set(answer.flowId, (idsByFlow.get(answer.flowId) ?? new Set()).add(answer.id));
    }
    for (const plan of graph.tiers) expect(await cloud.queue(plan.deadLetters).depth()).toMatchObject({ ready: 0 });
    expect(idsByFlow.size).toBe(FLOWS);
    expect([...idsByFlow.values()].filter((ids) => ids.size > 1)).toEqual([]);
    await cloud.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);

async function sendFlows(cloud: LocalCloud, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  const cheap = connect<typeof import('./project/functions/steady/cheap.ts')>('cheap', { cloud });
  const parts = connect<typeof import('./project/functions/steady/dear.ts')>('dear.parts', { cloud });
  const sent = [
    ...(await cheap.sendBatch(numbers.map((n) => ({ flowId: `f${n}`, data: { n } })))),
    ...(await parts.sendBatch(numbers.map((n) => ({ flowId: `f${n}`, data: { part: n } })))),
  ];
  expect(sent.filter((s) => s.error)).toEqual([]);
}

async function settled(cloud: LocalCloud, queues: readonly string[]): Promise<void> {
  for (;;) {
    const depths = await Promise.all(queues.map((name) => cloud.queue(name).depth()));
    if (depths.every((d) => d.ready + d.delayed + d.inFlight === 0)) return;
    await sleep(100);
  }
}

function tryParse(line: string): { readonly id: string; readonly flowId: string } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
