/** Closes a test run with one plain line, which people and machines can read alike. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const line = describe(modules, errors);
    // After whatever else is still to be printed.
    process.once('exit', () => console.log(line));
  }
}

function describe(modules, errors) {
  const count = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state in count) count[state] += 1;
    }
    // A file that cannot be loaded and a hook that fails leave no test that failed.
    const holders = [module, ...module.children.allSuites()];
    count.failed += holders.filter((holder) => holder.errors().length > 0).length;
  }
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  return `${count.passed} passed, ${count.failed} failed${skipped}`;
}
