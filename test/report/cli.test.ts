import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { PRICES } from '../../lib/cost/prices.ts';
import { newProject } from '../cli/project.ts';
import { TEXTS } from '../cli/texts.ts';
import { linesOf } from '../decision-log/logs.ts';
import { HONEST, madeLog, truths } from './logs.ts';
import { parsePage, tableOf, textOf } from './parse.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

const log = linesOf([...madeLog({ flows: 200, tiers: HONEST })]);
project.write('log.ndjson', `${log}{"v":1,"at":`);
project.write('labels.ndjson', [...truths(200)].map(([flowId, label]) => JSON.stringify({ flowId, label })).join('\n'));

const pageIn = (file: string) => parsePage(project.read(file));

describe('sluice report', () => {
  it('makes a page of a log, with labels, and tells of lines it left out', async () => {
    const { code, out, err } = await project.sluice(['report', 'log.ndjson', '--labels', 'labels.ndjson']);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('made: 200 flows ended, 200 answered'),
    });
    expect(err).toContain('ends in the middle');
    const page = pageIn('report.html');
    expect(tableOf(page, 'flows by tier')[1]!.slice(0, 2)).toEqual(['cheap', '200']);
    expect(textOf(page)).toContain('1 line was left out: 1 cut.');
  });

  it('prints the same figures as JSON', async () => {
    const { code, json } = await project.sluice(['report', 'log.ndjson', '--labels', 'labels.ndjson', '--json']);
    expect(code).toBe(0);
    expect(json[0]).toMatchObject({
      file: 'report.html',
      application: 'made',
      flows: { answered: 200 },
      problems: { cut: 1 },
      quality: { reference: 'labels', cascade: { flows: 200 } },
    });
  });

  it('makes one of the log of the durable folder, with the memory its tiers ask for', async () => {
    await project.sluice(['run', '--dir', '.sluice/texts'], { input: '{"data":{"text":"long enough"}}' });
    const { code, out } = await project.sluice(['report', '--out', 'own.html']);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('texts: 1 flow ended, 1 answered') });
    expect(textOf(pageIn('own.html'))).toContain('memory as the tiers ask for');
  });

  it('prices by a table of one’s own, as cost does', async () => {
    const ten = Object.fromEntries(
      Object.entries(PRICES.regions['us-east-1']!).map(([name, price]) => [name, 10 * price]),
    );
    project.write('prices.json', JSON.stringify({ date: '2027-01-01', regions: { 'mars-1': ten } }));
    const total = async (...more: readonly string[]): Promise<number> => {
      const { json } = await project.sluice(['report', 'log.ndjson', '--out', 'priced.html', '--json', ...more]);
      return (json as { money: { total: number } }[])[0]!.money.total;
    };
    const mars = ['--prices', 'prices.json', '--region', 'mars-1'];
    expect(await total(...mars)).toBeCloseTo(10 * (await total()), 6);
    await project.sluice(['report', 'log.ndjson', '--out', 'priced.html', ...mars]);
    expect(textOf(pageIn('priced.html'))).toContain('mars-1, at list prices of 2027-01-01');
    const refused = await project.sluice(['report', 'log.ndjson', '--prices', 'nowhere.json']);
    expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/nowhere\.json cannot be read/) });
  });

  it('asks which application is meant where a log has several, and takes the answer', async () => {
    const other = linesOf([...madeLog({ flows: 3, tiers: HONEST, application: 'other' })]);
    project.write('two.ndjson', log + other);
    const asked = await project.sluice(['report', 'two.ndjson', '--out', 'two.html', '--json']);
    expect(asked).toMatchObject({ code: 2, json: [{ error: { fix: 'Say which: --application made' } }] });
    expect(existsSync(join(project.dir, 'two.html'))).toBe(false);
    const told = await project.sluice([
      'report',
      'two.ndjson',
      '--application',
      'other',
      '--out',
      'two.html',
      '--json',
    ]);
    expect(told).toMatchObject({ code: 0, json: [{ application: 'other', flows: { answered: 3 } }] });
  });

  it('makes a page of a log without a record', async () => {
    project.write('empty.ndjson', '');
    const { code } = await project.sluice(['report', 'empty.ndjson', '--out', 'empty.html']);
    expect(code).toBe(0);
    expect(textOf(pageIn('empty.html'))).toContain('no record of this application');
  });

  it('takes predictions that were made beside the cascade', async () => {
    const beside = Array.from({ length: 100 }, (_, flow) =>
      HONEST.map(({ name, predict }) => ({ flowId: `flow-${flow}`, tier: name, output: predict(flow) })),
    );
    project.write(
      'beside.ndjson',
      beside
        .flat()
        .map((one) => JSON.stringify(one))
        .join('\n'),
    );
    const options = ['--labels', 'labels.ndjson', '--beside', 'beside.ndjson', '--json'];
    const { json } = await project.sluice(['report', 'log.ndjson', ...options]);
    const { alone } = (json[0] as { quality: { alone: readonly unknown[] } }).quality;
    expect(alone).toEqual([expect.anything(), expect.anything(), expect.anything()]);
  });

  it.each([
    [['nothing.ndjson'], 3, 'file-not-found'],
    [['log.ndjson', '--labels', 'none.ndjson'], 3, 'file-not-found'],
    [['log.ndjson', '--beside', 'none.ndjson'], 3, 'file-not-found'],
    [['log.ndjson', '--beside', 'log.ndjson'], 2, 'usage'],
    [['log.ndjson', '--region', 'nowhere'], 1, 'option-invalid'],
    [['log.ndjson', '--out', 'no/folder.html'], 1, 'refused'],
  ])('refuses %j', async (args, code, error) => {
    expect(await project.sluice(['report', ...args, '--json'])).toMatchObject({
      code,
      json: [{ error: { code: error } }],
    });
  });

  it('reads what is gzipped', async () => {
    writeFileSync(join(project.dir, 'packed.ndjson.gz'), gzipSync(log));
    const { json } = await project.sluice(['report', 'packed.ndjson.gz', '--json']);
    expect(json[0]).toMatchObject({ flows: { answered: 200 } });
  });
});
