import { expect, test } from 'vitest';
import { read, usual } from './scanned.ts';

test('notices damage anywhere', () => {
  for (const record of usual) {
    const whole = JSON.stringify(record);
    for (let at = 0; at < whole.length; at += 1) {
      for (const byte of ['x', '"', '}', ',']) {
        const log = `${whole}\n${whole.slice(0, at)}${byte}${whole.slice(at + 1)}\n`;
        const [scanned, really] = [read(log), read(log, false)];
        if (scanned.said !== really.said || scanned.records !== really.records) {
          expect([log, scanned]).toEqual([log, really]);
        }
      }
    }
  }
});
