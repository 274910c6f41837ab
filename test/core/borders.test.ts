import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breaches, type SourceFile } from '../support/borders.ts';

const root = join(import.meta.dirname, '..', '..');

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(root.length + 1), text: readFileSync(path, 'utf8') };
    });
}

describe('borders', () => {
  test('imports point inwards only', () => {
    const files = ['lib', 'functions', 'infra'].flatMap(sources);
    expect(breaches(files)).toEqual([]);
  });

  test.each([
    ['lib/core/step/step.ts', "import { x } from '../../runtime/objects.ts';"],
    ['lib/core/graph.ts', "import { readFile } from 'node:fs/promises';"],
    ['lib/core/schema.ts', "import { StandardSchemaV1 } from '@standard-schema/spec';"],
    ['lib/core/schema.ts', "import * as z from 'zod';"],
    ['lib/core/tier.ts', "export { connect } from '../index.ts';"],
    ['lib/ports/queue.ts', "import type { X } from '../runtime/client.ts';"],
    ['lib/ports/queue.ts', "import 'node:fs';"],
    ['lib/runtime/client.ts', "import { openCloud } from '../local/index.ts';"],
    ['lib/runtime/client.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['lib/runtime/client.ts', "const x = await import('../local/cloud.ts');"],
    ['lib/local/cloud.ts', "import { x } from '../aws/queue.ts';"],
    ['lib/local/cloud.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['lib/testing/simulator.ts', "import { openCloud } from '../local/index.ts';"],
    ['lib/aws/handler.ts', "import { openCloud } from '../local/index.ts';"],
    ['lib/aws/handler.ts', "import { Stack } from 'aws-cdk-lib';"],
    ['lib/cli/deploy.ts', "import { stack } from '../../infra/app.ts';"],
    ['lib/cli/deploy.ts', "import middy from '@middy/core';"],
    ['lib/index.ts', "export { openCloud } from './local/index.ts';"],
    ['infra/app.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['functions/photos/thumb.ts', "import { x } from '../../lib/core/graph.ts';"],
    ['functions/photos/thumb.ts', "import { x } from '../text/language.ts';"],
    ['functions/photos/thumb.ts', "type T = typeof import('../text/language.ts');"],
    ['functions/photos/thumb.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['lib/core/tier.ts', "import {\n  a,\n  b,\n} from '../local/index.ts';"],
  ])('%s may not say %s', (path, text) => {
    expect(breaches([{ path, text: `// the first line\n${text}\n` }])).toEqual([
      expect.stringMatching(new RegExp(`^${path}:2 \\(.*\\) may not import `)),
    ]);
  });

  test.each([
    ['lib/core/step/step.ts', "import { x } from '../errors.ts';"],
    ['lib/core/schema.ts', "import type { StandardSchemaV1 } from '@standard-schema/spec';"],
    ['lib/core/tier.ts', "/** import { x } from '../local/index.ts'; */"],
    ['lib/runtime/client.ts', "import type { X } from '../ports/cloud.ts';\nimport { join } from 'node:path';"],
    ['lib/aws/queue.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['lib/cli/run.ts', "import { openCloud } from '../local/index.ts';\nimport { Command } from 'commander';"],
    ['infra/app.ts', "import { Stack } from 'aws-cdk-lib/core';\nimport { x } from '../lib/aws/index.ts';"],
    ['functions/photos/small.ts', "import { defineTier } from 'sluice';\nimport { m } from './model/network.ts';"],
  ])('%s may say %s', (path, text) => {
    expect(breaches([{ path, text }])).toEqual([]);
  });
});
