/** Waits for a promise no longer than `ms`; then `onTimeout` says what to reject with. The promise itself runs on. */
export async function withTimeout<T>(promise: PromiseLike<T> | T, ms: number, onTimeout: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
