/** A set of positive numbers in 36 bytes each or less, where a `Set` takes more. */
export interface KeySet {
  readonly size: number;
  has(key: number): boolean;
  /** False where it was there already. */
  add(key: number): boolean;
  clear(): void;
}

/**
 * Open addressing with linear probing, at most half full. A byte tells each slot's key from most others: these bytes stay in
 * the processor's cache, the keys do not.
 */
export function keySet(capacity = 1_024): KeySet {
  let slots = new Float64Array(2 * capacity);
  let tags = new Uint8Array(2 * capacity);
  let size = 0;

  function slotOf(key: number, tag: number): number {
    const mask = tags.length - 1;
    let slot = key & mask;
    while (tags[slot] !== 0 && (tags[slot] !== tag || slots[slot] !== key)) slot = (slot + 1) & mask;
    return slot;
  }
  function put(slot: number, key: number, tag: number): void {
    slots[slot] = key;
    tags[slot] = tag;
  }
  function grow(): void {
    const [keys, taken] = [slots, tags];
    slots = new Float64Array(2 * keys.length);
    tags = new Uint8Array(2 * keys.length);
    for (const [i, tag] of taken.entries()) if (tag !== 0) put(slotOf(keys[i]!, tag), keys[i]!, tag);
  }
  return {
    get size() {
      return size;
    },
    has: (key) => tags[slotOf(key, tagOf(key))] !== 0,
    add(key) {
      const tag = tagOf(key);
      const slot = slotOf(key, tag);
      if (tags[slot] !== 0) return false;
      put(slot, key, tag);
      size += 1;
      if (2 * size >= tags.length) grow();
      return true;
    },
    clear() {
      tags.fill(0);
      size = 0;
    },
  };
}

/** Of the upper bits, as the lower ones say where the key lies; never zero, which is an empty slot. */
const tagOf = (key: number): number => (key / 2 ** 46) | 0x80;

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
