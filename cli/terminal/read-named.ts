import { createReadStream } from 'node:fs'
import { describeSystemError, Failure } from '../failure.ts'
import { readInput } from './streams.ts'

/**
 * A file that somebody named, whole.
 * @param path - `-` for standard input. @param most - bytes; reading stops with `undefined` when there are more.
 * @param hint - what to do if it cannot be read.
 * @throws Failure if it cannot be read
 */
export async function readNamed(path: string, most: number, hint?: string): Promise<Buffer<ArrayBuffer> | undefined> {
  if (path === '-') return readInput(most)
  const chunks: Buffer[] = []
  try {
    // By a stream, so that a pipe will do as well: --passphrase-file <(pass show drop)
    for await (const chunk of createReadStream(path, { end: most }) as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { hint, cause })
  }
  const bytes = Buffer.concat(chunks)
  return bytes.length > most ? undefined : bytes
}
