import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a caller must know of an operation. */
export interface OperationContract {
  /** The query fields. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Absent: no content, with status 204. */
  readonly response?: z.ZodType;
  /** Default: 200, or 204 without a response. */
  readonly status?: number;
  /** Whether the response is not JSON: a file or a stream. */
  readonly isRaw?: true;
}

/** Operations by name: the method, and the path in @koa/router's syntax. */
export type Contract = Readonly<Record<`${Method} /${string}`, OperationContract>>;

/** Immutable JSON. */
export type ReadonlyDeep<T> = unknown extends T ? T : { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> };

/** `id` of `GET /keys/:id`. */
type ParamName<Name> = Name extends `${string}:${infer First}/${infer Rest}`
  ? First | ParamName<Rest>
  : Name extends `${string}:${infer Last}`
    ? Last
    : never;

export type ParamsOf<Name> = Readonly<Record<ParamName<Name>, string>>;

/** The query and the body as the gateway reads them, with defaults. */
export type QueryOf<One> = One extends { readonly query: z.ZodType<infer Query> } ? Query : undefined;
export type BodyOf<One> = One extends { readonly body: z.ZodType<infer Body> } ? Body : undefined;

export type AnswerOf<One> = One extends { readonly response: z.ZodType<infer Answer> }
  ? ReadonlyDeep<Answer>
  : void;

/** Everything that a caller may have to send. */
interface Sent<Name, One> {
  readonly params: ParamsOf<Name>;
  /** Omits what has no value. */
  readonly query?: One extends { readonly query: z.ZodType<unknown, infer Query> } ? WithGaps<Query> : never;
  readonly body: One extends { readonly body: z.ZodType<unknown, infer Body> } ? ReadonlyDeep<Body> : never;
}

type WithGaps<Query> = { readonly [Key in keyof Query]?: Query[Key] | null | '' };

/** What a caller sends. */
export type CallOf<Name, One> = Pick<
  Sent<Name, One>,
  | ([ParamName<Name>] extends [never] ? never : 'params')
  | (One extends { readonly query: z.ZodType } ? 'query' : never)
  | (One extends { readonly body: z.ZodType } ? 'body' : never)
>;
