/** A set of positive numbers in 16 bytes each or less, where a `Set` takes several times as much. */
export interface KeySet {
  readonly size: number;
  has(key: number): boolean;
  /** False where it was there already. */
  add(key: number): boolean;
  clear(): void;
}

/** Open addressing with linear probing, at most half full. */
export function keySet(capacity = 1_024): KeySet {
  let slots = new Float64Array(2 * capacity);
  let size = 0;

  function slotOf(key: number): number {
    const mask = slots.length - 1;
    let slot = key & mask;
    while (slots[slot] !== 0 && slots[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }
  function grow(): void {
    const old = slots;
    slots = new Float64Array(2 * old.length);
    for (const key of old) if (key !== 0) slots[slotOf(key)] = key;
  }
  return {
    get size() {
      return size;
    },
    has: (key) => slots[slotOf(key)] === key,
    add(key) {
      const slot = slotOf(key);
      if (slots[slot] === key) return false;
      slots[slot] = key;
      size += 1;
      if (2 * size >= slots.length) grow();
      return true;
    },
    clear() {
      slots.fill(0);
      size = 0;
    },
  };
}

/**
 * Remembers keys for at least `window` further keys, and forgets them before twice as many: what came again within the
 * window is told, and memory stays the same however long the log is.
 */
export function recently(window: number): (key: number) => boolean {
  let young = keySet();
  let old = keySet();
  return (key) => {
    if (young.size >= window) {
      [young, old] = [old, young];
      young.clear();
    }
    return !young.add(key) || old.has(key);
  };
}
