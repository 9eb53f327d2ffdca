import { type Citation, defined, isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { arrayOf } from '../wire.ts';

/** Reads `groundingMetadata` of an answer. Its offsets count bytes of UTF-8. */
export function decodeGrounding(metadata: JsonObject, text: string): readonly Citation[] {
  const chunks = arrayOf(metadata['groundingChunks']).map((chunk) =>
    isJsonObject(chunk) && isJsonObject(chunk['web']) ? chunk['web'] : {},
  );
  const bytes = Buffer.from(text);
  const offset = (value: JsonValue | undefined, otherwise: number): number =>
    typeof value === 'number' ? bytes.subarray(0, value).toString('utf8').length : otherwise;
  return arrayOf(metadata['groundingSupports'])
    .filter(isJsonObject)
    .flatMap(({ segment, groundingChunkIndices }) => {
      const { startIndex, endIndex } = isJsonObject(segment) ? segment : {};
      const [start, end] = [offset(startIndex, 0), offset(endIndex, text.length)];
      return arrayOf(groundingChunkIndices).flatMap((at): readonly Citation[] => {
        const { uri, title } = (typeof at === 'number' ? chunks[at] : undefined) ?? {};
        if (typeof uri !== 'string') return [];
        return [defined({ url: uri, title: typeof title === 'string' ? title : undefined, start, end })];
      });
    });
}

/** Writes `groundingMetadata`: one chunk for each source. `undefined` when nothing is cited. */
export function encodeGrounding(citations: readonly Citation[], text: string): JsonObject | undefined {
  const cited = citations.filter((citation) => citation.url !== undefined);
  if (cited.length === 0) return undefined;
  const urls = [...new Set(cited.map(({ url }) => url))];
  const bytes = (end: number): number => Buffer.byteLength(text.slice(0, end));
  return {
    groundingChunks: urls.map((uri) => {
      const title = cited.find(({ url }) => url === uri)?.title;
      return { web: defined({ uri, title }) };
    }),
    groundingSupports: cited.map(({ url, start = 0, end = text.length }) => ({
      segment: { startIndex: bytes(start), endIndex: bytes(end), text: text.slice(start, end) },
      groundingChunkIndices: [urls.indexOf(url)],
    })),
  };
}
