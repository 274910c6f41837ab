import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeLabels } from '../../lib/report/labels.ts';

const FRAME = { left: 50, right: 600, top: 20, bottom: 300 };
const points = fc.array(
  fc.record({
    x: fc.integer({ min: FRAME.left, max: FRAME.right }),
    y: fc.integer({ min: FRAME.top, max: FRAME.bottom }),
    wide: fc.integer({ min: 10, max: 200 }),
    first: fc.constantFrom('above' as const, 'below' as const),
  }),
  { maxLength: 12 },
);

test('names stay inside and lie on no other, and on no point', () => {
  fc.assert(
    fc.property(points, (given) => {
      const boxes = placeLabels(given, FRAME).flatMap((place, i) => {
        if (!place) return [];
        const left = place.anchor === 'start' ? place.x : place.x - given[i]!.wide;
        return [{ left, right: left + given[i]!.wide, top: place.y - 13, bottom: place.y + 20 }];
      });
      boxes.forEach((a, i) => {
        expect(a.left >= FRAME.left && a.right <= FRAME.right).toBe(true);
        expect(a.top >= FRAME.top && a.bottom <= FRAME.bottom).toBe(true);
        for (const b of boxes.slice(i + 1)) {
          expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
        }
        for (const { x, y } of given) {
          expect(a.left < x && x < a.right && a.top < y && y < a.bottom).toBe(false);
        }
      });
    }),
  );
});

test('one point alone has its name, where the name fits at all', () => {
  fc.assert(
    fc.property(points, (given) => {
      for (const point of given) expect(placeLabels([point], FRAME)[0]).toBeDefined();
    }),
  );
});
