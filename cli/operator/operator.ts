import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { ask } from '#client/server.ts'
import { parseTypedAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import { composeDisclosure, formatSubject, type Subject } from '#protocol/disclosure.ts'
import { isDropError } from '#protocol/error.ts'
import { parseDropId } from '#protocol/id.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { describeSystemError, EXIT, Failure, type ExitCode } from '../failure.ts'
import { createSecretFile } from '../state/files.ts'
import declared from './disclosure.json' with { type: 'json' }
import { disclosureForm } from './answer.ts'
import { searchFolder } from './folder.ts'
import { newOperatorKey, publicPem, readOperatorKey, type OperatorKey } from './key-file.ts'
import { misused, parseOptions, parseServer } from '../options.ts'
import { formatJson, print, printJson, say } from '../terminal/terminal.ts'
import { createNamedFile } from '../state/writing.ts'

/** What who runs a server does when somebody asks what it holds. */
export async function operator([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  switch (name) {
    case 'disclose':
      return disclose(args)
    case 'key':
      return makeKey(args)
    default:
      throw misused(name === '' ? 'a command is missing' : 'there is no such command', undefined, HOW)
  }
}

/** Prints all that is held about one drop or one box. Nothing is changed by it. */
async function disclose(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(idsLast(args), DISCLOSE_OPTIONS, 1)
  const { data, output, server } = values
  const [named] = positionals
  if (named === undefined) throw misused('a drop id or the address of a box is missing', undefined, HOW)
  const about = parseSubject(named)
  if ((data === undefined) === (server === undefined))
    throw misused('it takes --data DIR, or --server ORIGIN', undefined, HOW)
  const key = values['key-file'] === undefined ? undefined : readOperatorKey(values['key-file'])
  if (key !== undefined && output === undefined && server === undefined)
    throw misused('a signature is written beside a file: it takes -o FILE', undefined, HOW)
  const disclosure = data === undefined ? await askServer(parseServer(server), about, key) : lookInto(data, about)
  if (output === undefined) {
    await (values.json ? printJson(disclosure) : print(`${formatJson(disclosure, 2)}\n`))
    return EXIT.done
  }
  const bytes = utf8(`${formatJson(disclosure, 2)}\n`)
  const signature = key === undefined ? undefined : `${output}.sig`
  const signed: readonly Written[] = key === undefined ? [] : [[`${output}.sig`, key.sign(bytes)]]
  write(createNamedFile, [[output, bytes], ...signed])
  const result = { file: output, sha256: createHash('sha256').update(bytes).digest('hex') }
  const proof = signature === undefined ? {} : { signature, key: key?.publicKey }
  if (values.json) await printJson({ ...result, ...proof })
  else await print(`${result.sha256}  ${output}\n`)
  if (signature !== undefined)
    say(`signed: ${signature} is 64 bytes of Ed25519 over the file; sealdrop help operator says how to check it`)
  return EXIT.done
}

function lookInto(data: string, about: Subject): unknown {
  const folder = resolve(data)
  const { software, notHeld, remains } = declared
  const source = `the folder ${folder} on ${hostname()}`
  return composeDisclosure({
    about,
    now: Date.now(),
    software,
    source,
    notHeld,
    elsewhere: remains,
    ...searchFolder(folder, about),
  })
}

async function askServer(origin: string, about: Subject, key: OperatorKey | undefined): Promise<unknown> {
  if (key === undefined) throw misused('a server is asked with --key-file FILE', undefined, HOW)
  try {
    const signers = { operator: await key.signer() }
    const call = { name: 'disclose', body: formatSubject(about), signers } as const
    return await ask(connect(origin, PATIENCE_MS.look), call, disclosureForm(about))
  } catch (error) {
    if (!isDropError(error) || error.code !== 'not_found') throw nameServer(error, origin)
    throw new Failure(`the server at ${origin} lets no operator ask`, {
      hint: 'set OPERATOR_KEY in wrangler.toml and deploy: sealdrop operator key prints it',
      cause: error,
    })
  }
}

/** Makes the key with which an operator asks and signs. */
async function makeKey(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, KEY_OPTIONS, 1)
  const [path] = positionals
  if (path === undefined) throw misused('a file is missing, for the key', undefined, HOW)
  const { pem, publicKey } = newOperatorKey()
  write(createSecretFile, [
    [path, utf8(pem)],
    [`${path}.pub`, utf8(publicPem(pem))],
  ])
  await (values.json ? printJson({ file: path, public: `${path}.pub`, key: publicKey }) : print(`${publicKey}\n`))
  say(`keep ${path} where only you can read it; ${path}.pub is for who checks what you sign`)
  return EXIT.done
}

type Written = readonly [path: string, bytes: Uint8Array]

/** One id in 64 begins as an option does, and is none. */
function idsLast(args: readonly string[]): readonly string[] {
  const ids = args.filter((each) => each.startsWith('-') && parseDropId(each) !== undefined)
  return ids.length === 0 || args.includes('--') ? args : [...args.filter((each) => !ids.includes(each)), '--', ...ids]
}

/** Makes a file as `createFile` does. */
type Create = (path: string, bytes: Uint8Array) => boolean

/** Writes new files, or none. */
function write(create: Create, files: readonly Written[]): void {
  const written: string[] = []
  try {
    for (const [path, bytes] of files) {
      if (!writeNew(create, path, bytes)) throw new Failure(`${path} is there already`, { hint: 'nothing was changed' })
      written.push(path)
    }
  } catch (error) {
    for (const path of written) unlinkSync(path)
    throw error
  }
}

function writeNew(create: Create, path: string, bytes: Uint8Array): boolean {
  try {
    return create(resolve(path), bytes)
  } catch (cause) {
    throw new Failure(`cannot write ${path}: ${describeSystemError(cause)}`, { hint: 'nothing was changed', cause })
  }
}

function parseSubject(text: string): Subject {
  const drop = parseDropId(text)
  if (drop !== undefined) return { drop }
  const box = parseTypedAddress(text.trim())
  if (box !== undefined) return { box }
  throw misused('that is neither a drop id, of 22 characters, nor the address of a box', undefined, HOW)
}

const DISCLOSE_OPTIONS = {
  data: { type: 'string' },
  server: { type: 'string' },
  'key-file': { type: 'string' },
  output: { type: 'string', short: 'o' },
  json: { type: 'boolean', default: false },
} as const

const KEY_OPTIONS = { json: { type: 'boolean', default: false } } as const

const HOW = 'sealdrop help operator shows how it is used'
