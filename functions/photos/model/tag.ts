import * as z from 'zod';
import { labels } from './labels.ts';

/** What every tier of this cascade predicts: a label and how sure it is, 0 to 1. */
export const Tag = z.object({ label: z.enum(labels), confidence: z.number().min(0).max(1) });
