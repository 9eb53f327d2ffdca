import { z } from 'zod';

export const logLevelSchema = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);
export const logFormatSchema = z.enum(['auto', 'json', 'pretty']);
