/** Ids that nothing derives. */
export interface Random {
  /** A random UUID. */
  id(): string;
}
