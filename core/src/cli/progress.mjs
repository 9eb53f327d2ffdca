// Plain JavaScript, because `scripts/run.mjs` shows progress before there is a Node that strips types.

/** How often the elapsed time is redrawn. */
const STEP_MS = 1_000;

/** Takes a terminal's cursor to the beginning of its line, and clears the line. */
const AGAIN = '\r\u001B[2K';

/**
 * @typedef {object} ProgressOptions
 * @property {Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean }} [output] Default: the standard error.
 * @property {number} [quietMs] What takes no longer is not shown. Default: everything is.
 */

/**
 * Shows how long some work takes: in a terminal by one line with the elapsed time, elsewhere by a line at its beginning and
 * one at its end. The work may tell how far it is.
 * @template T
 * @param {string} label What is done, such as "Building the console"
 * @param {(tell: (detail: string) => void) => Promise<T>} work
 * @param {ProgressOptions} [options]
 * @returns {Promise<T>}
 */
export async function withProgress(label, work, { output = process.stderr, quietMs = 0 } = {}) {
  const begun = performance.now();
  let detail = '';
  let isShown = false;
  const elapsed = () => formatSeconds(performance.now() - begun);
  const show = () => {
    if (output.isTTY) output.write(`${AGAIN}${label} … ${elapsed()}${detail}`);
    else if (!isShown) output.write(`${label} …\n`);
    isShown = true;
  };
  const begin = () => {
    show();
    return setInterval(show, STEP_MS);
  };
  let timer = quietMs === 0 ? begin() : setTimeout(() => (timer = begin()), quietMs);
  const end = (/** @type {string} */ how) => {
    // Intervals are cleared by it, too.
    clearTimeout(timer);
    if (isShown) output.write(`${output.isTTY ? AGAIN : ''}${label}: ${how} ${elapsed()}${detail}.\n`);
  };
  try {
    const result = await work((text) => (detail = `, ${text}`));
    end('done in');
    return result;
  } catch (error) {
    end('failed after');
    throw error;
  }
}

/**
 * @param {number} ms
 * @returns {string}
 */
function formatSeconds(ms) {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
