/** Something that happens at a virtual moment, unless it is cancelled. */
export interface Timer {
  cancel(): void;
}

/** Virtual time: a queue of things to happen. Nothing happens and no time passes but by `step`. */
export interface Schedule {
  /** ms since the epoch; fractions keep events apart. */
  now(): number;
  after(ms: number, run: () => void): Timer;
  /** Moves time to the next event no later than `until` and runs it; false where there is none. */
  step(until?: number): boolean;
  /** Lets time pass in which nothing happens. */
  pass(until: number): void;
  /** How many events have happened. */
  steps(): number;
}

interface Event extends Timer {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export function createSchedule(start: number): Schedule {
  const heap: Event[] = [];
  let now = start;
  let order = 0;
  let steps = 0;

  return {
    now: () => now,
    steps: () => steps,
    after(ms, run) {
      order += 1;
      const event: Event = {
        at: now + Math.max(0, ms),
        order,
        run,
        cancel() {
          event.run = undefined;
        },
      };
      push(heap, event);
      return event;
    },
    step(until = Number.POSITIVE_INFINITY) {
      for (;;) {
        const next = heap[0];
        if (!next || (next.run && next.at > until)) return false;
        pop(heap);
        if (!next.run) continue;
        now = next.at;
        steps += 1;
        next.run();
        return true;
      }
    },
    pass(until) {
      now = Math.max(now, until);
    },
  };
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let i = heap.push(event) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(event, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
    if (!before(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
}
