/** Processes that redrive: no tier has such a name. */
export const REDRIVER = 'dlq redrive';

/** Whether something was done by no part of the application: by a client, or by whoever redrives. */
export function isOutsider(by: string): boolean {
  return by === 'client' || by.startsWith(REDRIVER);
}
