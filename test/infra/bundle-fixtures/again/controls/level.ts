import { defineControl } from 'sluice';
import * as z from 'zod';

export default defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop' });
