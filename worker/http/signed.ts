import type { RequestName } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../env.ts'
import { isRefusal, type RpcResult } from '../refusal.ts'
import { refusal } from './respond.ts'

export type Handler = (request: Request, env: Env, context: ExecutionContext) => Response | Promise<Response>

/** A request whose fields have been parsed and whose signatures have not been verified. */
export interface Parsed<S> {
  readonly signed: S
  readonly body: Bytes
}

/** How one signed request is read, and how its result is answered. */
export interface SignedRow<S, I, R> {
  /** Reads the input from query and body; `undefined` if they are malformed. */
  readonly read: (parsed: Parsed<S>) => I | undefined
  readonly answer: (result: R, asked: Asked<S, I>) => Response | Promise<Response>
  /** Largest body in bytes, where it is not MAX_BODY_BYTES. */
  readonly mostBytes?: number
}

interface Asked<S, I> {
  readonly env: Env
  readonly signed: S
  readonly input: I
}

/**
 * Reads a signed request, sends it to the object that it is about, and turns the result into a response.
 * @throws DropError `bad_request`
 */
export async function respondTo<S extends { readonly name: RequestName }, I, R extends { readonly outcome: string }>(
  row: SignedRow<S, I, R>,
  parsed: Parsed<S>,
  env: Env,
  ask: (env: Env, signed: S, input: I) => Promise<RpcResult<R>>,
): Promise<Response> {
  const { signed } = parsed
  const input = row.read(parsed)
  if (input === undefined) throw new DropError('bad_request')
  const result = await ask(env, signed, input)
  return isRefusal(result) ? refusal(result, signed.name) : row.answer(result, { env, signed, input })
}

/** For a request without input. */
export function readNothing(): null {
  return null
}
