import { execFile } from 'node:child_process';
import fs, { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decisionFiles } from '../../lib/local/decision-files.ts';
import { decision, folder } from './helpers.ts';

vi.mock('node:fs', async (original) => {
  const { default: real } = await original<{ default: typeof fs }>();
  const faulty = { ...real, writeSync: vi.fn(real.writeSync), ftruncateSync: vi.fn(real.ftruncateSync) };
  return { ...faulty, default: faulty };
});
const real = await vi.importActual<typeof fs>('node:fs');

const FIRST = 'decisions/000001.ndjson';
const timesIn = (dir: string): readonly number[] =>
  readFileSync(join(dir, FIRST), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).at);

test.runIf(process.platform === 'linux')(
  'a file that may not grow keeps what was acknowledged, and nothing else',
  async () => {
    const dir = folder();
    const fixture = join(import.meta.dirname, 'fixtures', 'full-log.ts');
    const limited = `ulimit -f 8; exec "$0" --conditions=sluice-source "$1" "$2"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, fixture, dir]);
    const acknowledged = stdout.trimEnd().split('\n').map(Number);
    expect(acknowledged.length).toBeGreaterThan(10);
    // Single records found room where seven did not.
    expect(acknowledged.at(-1)).toBeGreaterThan(acknowledged.length);
    expect(timesIn(dir)).toEqual(acknowledged);
    const log = decisionFiles(dir);
    await log.write([decision('f', 1_000)]);
    expect((await log.flow('f')).map(({ at }) => at)).toEqual([...acknowledged, 1_000]);
    log.close();
  },
);

describe('a write that fails half way', () => {
  afterEach(() => void vi.resetAllMocks());
  const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  /** Takes this many bytes, and then no more. */
  const takes = (bytes: number, meanwhile = (): void => undefined): void => {
    vi.mocked(fs.writeSync)
      .mockImplementationOnce(((file: number, text: Buffer) => real.writeSync(file, text, 0, bytes)) as never)
      .mockImplementationOnce(() => {
        meanwhile();
        throw full();
      });
  };

  test('leaves a line of its own to the next record, even where nothing can be taken back', async () => {
    const dir = folder();
    const log = decisionFiles(dir);
    await log.write([decision('f', 1)]);
    takes(40);
    vi.mocked(fs.ftruncateSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('i/o'), { code: 'EIO' });
    });
    await expect(log.write([decision('f', 2)])).rejects.toMatchObject({ code: 'store-full' });
    await log.write([decision('f', 3)]);
    expect((await log.flow('f')).map(({ at }) => at)).toEqual([1, 3]);
    log.close();
  });

  test('takes back nothing that another process wrote', async () => {
    const dir = folder();
    const log = decisionFiles(dir);
    await log.write([decision('f', 1)]);
    const line = JSON.stringify(decision('f', 2)).length + 1;
    takes(line, () => real.appendFileSync(join(dir, FIRST), `${JSON.stringify(decision('f', 7))}\n`));
    await expect(log.write([decision('f', 2), decision('f', 3)])).rejects.toMatchObject({ code: 'store-full' });
    await log.write([decision('f', 4)]);
    expect(timesIn(dir)).toEqual([1, 2, 7, 4]);
    log.close();
  });
});
