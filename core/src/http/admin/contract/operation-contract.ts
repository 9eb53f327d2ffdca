import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a caller must know of an operation. */
export interface OperationContract {
  /** What the query may hold. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Absent: nothing comes back, with status 204. */
  readonly response?: z.ZodType;
  /** Default: 200, or 204 without a response. */
  readonly status?: number;
  /** Whether the answer is no JSON: a file or a stream. */
  readonly isRaw?: true;
}

/** Operations by their names: the method, and the path as @koa/router writes it. */
export type Contract = Readonly<Record<`${Method} /${string}`, OperationContract>>;

/** JSON that nobody changes. */
export type ReadonlyDeep<T> = unknown extends T ? T : { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> };

/** `id` of `GET /keys/:id`. */
type ParamName<Name> = Name extends `${string}:${infer First}/${infer Rest}`
  ? First | ParamName<Rest>
  : Name extends `${string}:${infer Last}`
    ? Last
    : never;

export type ParamsOf<Name> = Readonly<Record<ParamName<Name>, string>>;

/** The query and the body as the gateway reads them: complete by their defaults. */
export type QueryOf<One> = One extends { readonly query: z.ZodType<infer Query> } ? Query : undefined;
export type BodyOf<One> = One extends { readonly body: z.ZodType<infer Body> } ? Body : undefined;

export type AnswerOf<One> = One extends { readonly response: z.ZodType<infer Answer> }
  ? ReadonlyDeep<Answer>
  : void;

/** All that a caller may have to send. */
interface Sent<Name, One> {
  readonly params: ParamsOf<Name>;
  /** What has no value is left out. */
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
