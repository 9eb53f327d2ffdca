import { ChunkWriter } from './files/chunk-writer.ts';
import { type Contents, LIST_NAMES } from './contents.ts';
import type { ListName } from './state.ts';

const INDENT = '    ';

/** Writes contents as readable JSON. The text of each row is cached. */
export class ContentsEncoder {
  readonly #texts = new WeakMap<object, string>();

  async encode({ state, rest, setAside, stored }: Contents): Promise<Buffer> {
    const writer = new ChunkWriter();
    const textOf = (row: object): string => {
      const known = this.#texts.get(row);
      if (known !== undefined) return known;
      const text = indented(stored.get(row) ?? row);
      this.#texts.set(row, text);
      return text;
    };
    const writeList = async (name: ListName): Promise<void> => {
      const count = state[name].length + setAside[name].length;
      await writer.add(`  ${JSON.stringify(name)}: [${count > 0 ? '\n' : ''}`);
      let left = count;
      const writeRow = (text: string): Promise<void> | undefined =>
        writer.add(`${INDENT}${text}${(left -= 1) > 0 ? ',' : ''}\n`);
      // Awaiting each of thousands of rows would cost more than writing them.
      for (const row of state[name]) {
        const full = writeRow(textOf(row));
        if (full) await full;
      }
      for (const row of setAside[name]) await writeRow(indented(row));
      await writer.add(count > 0 ? '  ],\n' : '],\n');
    };
    await writer.add(`{\n  "version": ${state.version},\n`);
    for (const name of LIST_NAMES) await writeList(name);
    const { settings } = state;
    const others = Object.entries({ settings: stored.get(settings) ?? settings, ...rest });
    const fields = others.map(([name, value]) => `  ${JSON.stringify(name)}: ${indented(value, '  ')}`);
    await writer.add(`${fields.join(',\n')}\n}\n`);
    return writer.end();
  }
}

/** JSON strings contain no line breaks, so only the layout is indented. */
function indented(value: unknown, indent = INDENT): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${indent}`);
}
