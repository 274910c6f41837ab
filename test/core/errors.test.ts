import { describe, expect, test } from 'vitest';
import { located, messageAt, toError } from '../../lib/core/errors.ts';
import { isSluiceError, RetryableError, SluiceError, TerminalError } from '../../lib/index.ts';

describe('an error', () => {
  test('says what, where as far as it is known, and what to do', () => {
    const cause = new Error('below');
    const error = new SluiceError('data-invalid', 'it does not fit', {
      application: 'app',
      tier: 't',
      flow: 'f "1"',
      file: undefined as never,
      fix: 'Correct it.',
      details: { size: 1 },
      retry: 'never',
      cause,
    });
    expect(error.message).toBe('it does not fit (application "app", tier "t", flow "f \\"1\\"")\n  → Correct it.');
    expect(error).toMatchObject({
      name: 'SluiceError',
      code: 'data-invalid',
      problem: 'it does not fit',
      place: { application: 'app', tier: 't', flow: 'f "1"' },
      fix: 'Correct it.',
      details: { size: 1 },
      retry: 'never',
      cause,
    });
  });

  test('says no more than it knows', () => {
    const error = new SluiceError('usage', 'no');
    expect(error.message).toBe('no');
    expect(error).toMatchObject({ place: {}, fix: undefined, details: {}, retry: undefined });
    expect('cause' in error).toBe(false);
    expect(new SluiceError('usage', 'no', { fix: 'Do.' }).message).toBe('no\n  → Do.');
    expect(new SluiceError('usage', 'no', { queue: 'q' }).message).toBe('no (queue "q")');
  });

  test('of a task says whether trying again can help', () => {
    expect(new TerminalError('no', { tier: 't' })).toMatchObject({
      name: 'TerminalError',
      code: 'terminal',
      message: 'no (tier "t")',
      retry: 'never',
    });
    expect(new RetryableError('busy', { afterMs: 0, fix: 'Wait.' })).toMatchObject({
      name: 'RetryableError',
      code: 'retryable',
      retry: { afterMs: 0 },
      fix: 'Wait.',
    });
    expect(new RetryableError('busy').retry).toBeUndefined();
    expect(new RetryableError('busy', { tier: 't' }).place).toEqual({ tier: 't' });
  });

  test('is told by its code, whichever copy of the class made it', () => {
    const copy = Object.assign(new Error('no'), { code: 'terminal', place: {} });
    expect(isSluiceError(copy)).toBe(true);
    expect(isSluiceError(copy, 'terminal')).toBe(true);
    expect(isSluiceError(copy, 'retryable')).toBe(false);
    for (const other of [
      new Error('no'),
      Object.assign(new Error('no'), { code: 'ENOENT' }),
      { code: 'terminal', place: {} },
    ])
      expect(isSluiceError(other)).toBe(false);
    expect(isSluiceError(Object.assign(new Error('no'), { place: {} }))).toBe(false);
    expect(isSluiceError(undefined)).toBe(false);
  });

  test('that is located keeps what it said, its own place first', () => {
    const cause = new Error('below');
    const error = new SluiceError('terminal', 'no', {
      tier: 'own',
      fix: 'Do.',
      details: { n: 1 },
      retry: { afterMs: 3 },
      cause,
    });
    expect(located(error, { tier: 'other', flow: 'f' })).toMatchObject({
      code: 'terminal',
      message: 'no (tier "own", flow "f")\n  → Do.',
      place: { tier: 'own', flow: 'f' },
      details: { n: 1 },
      retry: { afterMs: 3 },
      cause,
    });
    expect(messageAt(error, { tier: 'other', flow: 'f' })).toBe(located(error, { tier: 'other', flow: 'f' }).message);
    const bare = located(new SluiceError('usage', 'no'), {});
    expect(bare).toMatchObject({ fix: undefined, retry: undefined });
    expect('cause' in bare).toBe(false);
  });
});

test('whatever is thrown becomes an error that can be shown', () => {
  const error = new Error('no');
  expect(toError(error)).toBe(error);
  expect(toError('no').message).toBe('no');
  expect(toError(7).message).toBe('a task threw 7, which is not an Error');
  expect(toError(undefined).message).toBe('a task threw undefined, which is not an Error');
});
