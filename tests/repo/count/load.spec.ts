import { it } from 'vitest';

it('is never known', () => {});
throw new Error('as wanted');
