import { guard } from '@dragoman/plugin-guard';
import { defineConfig } from 'dragoman';

export default defineConfig({
  plugins: [guard()],
  hooks: [
    // The upstream gets `[EMAIL_1]`, the client its own address.
    { id: 'privacy', hook: 'guard', options: { emails: 'mask', phones: 'mask', creditCards: 'refuse' } },
    { id: 'leaks', hook: 'guard', options: { secrets: 'refuse', places: ['reply', 'reply-arguments'] } },
    // Shows in traces and metrics what it would do.
    { id: 'trial', hook: 'guard', shadow: true, options: { highEntropy: 'mask', words: ['Project X'] } },
  ],
});
