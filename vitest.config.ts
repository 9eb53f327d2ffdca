import { defineConfig } from 'vitest/config';

/** A busy machine is no fault; what hangs is still found. No test goes by how long something takes. */
const PATIENT = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
};

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.mjs'],
    // Of `npm run test:coverage` only.
    coverage: {
      include: ['core/src/**', 'packages/*/src/**', 'plugins/*/src/**'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      {
        test: {
          name: 'unit',
          ...PATIENT,
          include: [
            'core/src/**/*.test.ts',
            'packages/*/{src,test,template}/**/*.test.ts',
            'plugins/*/{src,test}/**/*.test.ts',
            'tests/{contract,dev,repo,support,unit,vectors}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/{abuse,console,e2e,faults,matrix,pack,soak}/**/*.test.ts'],
          ...PATIENT,
        },
      },
    ],
  },
});
