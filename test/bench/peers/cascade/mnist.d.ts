/** As far as it is used. */
declare module 'mnist' {
  const digits: Readonly<Record<number, { readonly length: number; get(index: number): readonly number[] }>>;
  export default digits;
}
