/** Closes a test run with one plain line, which people and machines can read alike. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      for (const state of states) if (state in count) count[state] += 1;
      // A file that could not be loaded has no tests to fail.
      if (states.length === 0 && !module.ok()) count.failed += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    this.#line = `${count.passed} passed, ${count.failed} failed${skipped}`;
    process.once('exit', () => console.log(this.#line));
  }

  #line = '';
}
