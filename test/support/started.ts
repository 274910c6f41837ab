import { onTestFinished } from 'vitest';
import { type TestCascade, type TestCascadeOptions, testCascade } from './cascade.ts';

/** A test cascade that is closed after the test. */
export async function started(options: TestCascadeOptions): Promise<TestCascade> {
  const cascade = await testCascade(options);
  onTestFinished(() => cascade.close());
  return cascade;
}
