/**
 * How long `cdk synth` takes, and by how much each tier makes it longer: `node --conditions=sluice-source test/infra/synth-time.ts`.
 * Figures of this script stand in docs/deploy.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNS = 5;

const first = `import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 't0', input: z.object({ n: z.number() }), output: z.object({ sure: z.number() }), predict: () => ({ sure: 1 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 }, exhausted: 'accept',
});
`;
const later = (i: number): string => `import { defineTier, tier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 't${i}', input: tier<typeof import('./t${i - 1}.ts')>('t${i - 1}'), output: z.object({ sure: z.number() }),
  predict: () => ({ sure: 1 }), satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 }, exhausted: 'accept',
});
`;
const app = `import { App, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from '${ROOT}/infra/index.ts';
const application = await bundleApplication(import.meta.dirname + '/chain', import.meta.dirname + '/bundles');
const app = new App({ outdir: import.meta.dirname + '/cdk.out' });
new Cascade(new Stack(app, 'Chain'), 'Chain', { application });
app.synth();
`;

/** An application of so many tiers, in the project's folder so that it finds the library. */
function write(tiers: number): string {
  const dir = join(ROOT, '.sluice', 'synth-time', String(tiers));
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'chain'), { recursive: true });
  for (let i = 0; i < tiers; i += 1) writeFileSync(join(dir, 'chain', `t${i}.ts`), i === 0 ? first : later(i));
  writeFileSync(join(dir, 'app.ts'), app);
  return dir;
}

function seconds(command: string, args: readonly string[], validation: boolean): number {
  const times = Array.from({ length: RUNS + 1 }, () => {
    const started = performance.now();
    const env = { ...process.env, CDK_VALIDATION: String(validation) };
    const { status, stderr } = spawnSync(command, args, { cwd: ROOT, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return (performance.now() - started) / 1_000;
  });
  // The first run bundles and warms the disk's cache.
  return times.slice(1).sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}

const synth = ['cdk', 'synth', '--quiet', '--no-notices'];
for (const validation of [true, false]) {
  const photos = seconds('npx', synth, validation);
  const alone = seconds('node', ['--conditions=sluice-source', 'infra/app.ts'], validation);
  const few = seconds('node', ['--conditions=sluice-source', join(write(3), 'app.ts')], validation);
  const many = seconds('node', ['--conditions=sluice-source', join(write(23), 'app.ts')], validation);
  const print = (n: number): string => n.toFixed(2);
  console.log(`validation ${validation ? 'on' : 'off'}, median of ${RUNS}, s:`);
  console.log(`  photos, npx cdk synth ${print(photos)}, the app alone ${print(alone)}`);
  console.log(`  3 tiers ${print(few)}, 23 tiers ${print(many)}: ${print((many - few) / 20)} a further tier`);
}
