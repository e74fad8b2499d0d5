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
import { searchFolder } from './folder.ts'
import { newOperatorKey, publicPem, readOperatorKey, type OperatorKey } from './key-file.ts'
import { formatJson, print, printJson, say } from '../terminal/terminal.ts'
import { createNamedFile } from '../state/writing.ts'
import { command, type CommandGroup, flag, layOut, misused, type ParsedArgs, row, value } from '../command.ts'
import { parseServer } from '../options.ts'
import { jsonForm, type Form } from '#client/answers.ts'

const HOW = 'sealdrop help operator shows how it is used'

const KEY_OPTIONS = { json: flag() } as const

const DISCLOSE_OPTIONS = {
  data: value('DIR', 'the folder of a server that npm start runs; it may go', 'on running'),
  server: value(
    'ORIGIN',
    'a server that knows your key as OPERATOR_KEY, and whose',
    "clock agrees with this computer's",
  ),
  output: { ...value('FILE', 'write it to FILE, which must not be there, and print', 'its SHA-256'), short: 'o' },
  'key-file': value('FILE', 'your key: with -o it signs, FILE.sig beside FILE'),
  json: flag('print it on one line; with -o print {"file", "sha256",', '"signature", "key"}'),
} as const

/** `sealdrop operator`: answers a disclosure request about one drop or box. */
export const operatorCommands: CommandGroup = {
  get usage() {
    return layOut(
      [
        `Usage: sealdrop operator disclose ID --data DIR [-o FILE [--key-file FILE]] [--json]
       sealdrop operator disclose ID --server ORIGIN --key-file FILE [-o FILE] [--json]
       sealdrop operator key FILE [--json]

For operators who are asked what their server holds. Nothing is changed, and
there is nothing with which anything could be opened.

disclose prints all that is stored about one drop or one box, with what each
field means, what was searched, what is not held and what may be elsewhere: one
JSON document. The sealed bytes are not in it, only where they lie.`,
        [
          row('ID', 'a drop id (22 characters), or the address of a box'),
          'data',
          'server',
          'output',
          'key-file',
          'json',
        ],
        `key makes a key in FILE (PKCS#8, PEM) and prints its public half, for OPERATOR_KEY.
FILE.pub is for people who check a signature, with no program of ours:

  openssl pkeyutl -verify -pubin -inkey FILE.pub -rawin -in X -sigfile X.sig`,
      ],
      DISCLOSE_OPTIONS,
    )
  },
  commands: {
    disclose: command({
      options: DISCLOSE_OPTIONS,
      most: 1,
      isOperand: (text) => parseDropId(text) !== undefined,
      run: disclose,
    }),
    key: command({ options: KEY_OPTIONS, most: 1, run: makeKey }),
  },
  misuse: { missing: 'a command is missing', unknown: 'there is no such command', hint: HOW },
}

/** Prints all that is held about one drop or one box. Nothing is changed by it. */
async function disclose({ values, positionals }: ParsedArgs<typeof DISCLOSE_OPTIONS>): Promise<ExitCode> {
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
async function makeKey({ values, positionals }: ParsedArgs<typeof KEY_OPTIONS>): Promise<ExitCode> {
  const [path] = positionals
  if (path === undefined) throw misused('a file is missing, for the key', undefined, HOW)
  const { pem, publicKey } = newOperatorKey()
  write(createSecretFile, [
    [path, utf8(pem)],
    [`${path}.pub`, utf8(publicPem(pem))],
  ])
  await (values.json ? printJson({ file: path, public: `${path}.pub`, key: publicKey }) : print(`${publicKey}\n`))
  say(`keep ${path} where only you can read it; ${path}.pub is for people who check your signatures`)
  return EXIT.done
}

type Written = readonly [path: string, bytes: Uint8Array]

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

/**
 * Answer to `disclose`: what a server says that it holds. An answer about something else is not taken: it would be signed,
 * and handed over, as the answer to this.
 */
export function disclosureForm(about: Subject): Form<unknown> {
  return jsonForm((body) => {
    const isAnswer = body['kind'] === 'sealdrop disclosure' && JSON.stringify(body['about']) === JSON.stringify(about)
    return isAnswer ? body : undefined
  })
}
