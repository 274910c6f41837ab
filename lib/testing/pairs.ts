/** Values by two names, such as a tier and a flow. A text made of both would have to be hashed at each look. */
export class Pairs<V> {
  readonly #all = new Map<string, Map<string, V>>();

  get(first: string, second: string): V | undefined {
    return this.#all.get(first)?.get(second);
  }

  set(first: string, second: string, value: V): void {
    const known = this.#all.get(first);
    if (known) known.set(second, value);
    else this.#all.set(first, new Map([[second, value]]));
  }
}
