import * as z from 'zod';

export const Command = z.enum(['On', 'Off']);
export type Command = z.infer<typeof Command>;

/** Which temperature is wanted, and how far it may go above and below. Degrees. */
export interface Band {
  readonly desired: number;
  readonly upDelta: number;
  readonly downDelta: number;
}

/** What the heater must do at this temperature; nothing inside the band and on its very edges. */
export function actionFor(temperature: number, { desired, upDelta, downDelta }: Band): Command | undefined {
  if (temperature > desired + upDelta) return 'Off';
  if (temperature < desired - downDelta) return 'On';
  return undefined;
}
