import type { Bug } from '../bug.ts';

const file = 'lib/core/step/join.ts';

/** What goes wrong only where halves are near each other in time or far, and come several times. */
export const skewedBugs: readonly Bug[] = [
  {
    name: 'a newer half is given up with the skewed one whose place it took',
    file,
    find: "when: [{ attribute: olderSide, is: 'present' }, absentOr(timeOf(olderSide), '=', older.ts), isFree],",
    replace: "when: [{ attribute: olderSide, is: 'present' }, isFree],",
    finds: ['halves that join belong together'],
  },
  {
    name: 'a half is turned away for one that is to be given up',
    file,
    find: 'if (keepsFirst && !isMine && other && other.ts - stored.ts > joins.maxTimeDiffMs) {',
    replace: 'if (false as boolean && other) {',
    finds: ['halves that fit each other join'],
  },
  {
    name: 'a half that came since an expired item was told of is replaced with it',
    file,
    find: "when: [{ attribute: EXPIRES_AT, is: '<=', value: at / 1_000 }, asIn(old, 'data'), asIn(old, 'signal')],",
    replace: "when: [{ attribute: EXPIRES_AT, is: '<=', value: at / 1_000 }],",
    finds: ['no half waits silently'],
  },
];
