import { afterEach } from 'vitest';
import { type TestCascade, type TestCascadeOptions, testCascade } from './cascade.ts';

const open: TestCascade[] = [];
afterEach(async () => {
  for (const cascade of open.splice(0)) await cascade.close();
});

/** A test cascade that is closed after the test. */
export async function started(options: TestCascadeOptions): Promise<TestCascade> {
  const cascade = await testCascade(options);
  open.push(cascade);
  return cascade;
}
