import type { Metafile } from 'esbuild'
import { brotliCompressSync, constants } from 'node:zlib'
import { staticImports } from '../tools/preload.ts'
import { outputOf } from '../tools/pages.ts'

/** The files of one folder of dist/: bytes by path. */
export type Built = ReadonlyMap<string, Uint8Array>

/** The files that a browser fetches for one step of a person's way, and their limit. */
export interface Step {
  readonly name: string
  /** Files of dist/web that are fetched independently of scripts. */
  readonly files: readonly string[]
  /** Source modules whose chunks are fetched, with all their static imports. */
  readonly modules: readonly string[]
  readonly maxBytes: number
}

/** A step, measured. */
export interface Weight extends Step {
  readonly bytes: number
  /** Brotli bytes per file. */
  readonly parts: readonly (readonly [path: string, bytes: number])[]
}

/** Strings that a folder must not hold, and what their presence would mean. */
export interface Ban {
  readonly pattern: RegExp
  readonly means: string
}

/**
 * The brotli bytes of a step.
 * @throws Error when a file or module of it was not built: a limit on nothing would always hold.
 */
export function weigh(step: Step, web: Built, meta: Metafile): Weight {
  const chunks = step.modules.flatMap((module) => {
    const output = outputOf(meta, module)
    return [output, ...staticImports(meta, output)].map((path) => path.replace(/^dist\/web\//, ''))
  })
  const parts = [...new Set([...step.files, ...chunks])].map((path) => {
    const contents = web.get(path)
    if (contents === undefined) throw new Error(`${step.name}: dist/web/${path} was not built.`)
    return [path, brotliBytes(contents)] as const
  })
  return { ...step, parts, bytes: parts.reduce((sum, [, bytes]) => sum + bytes, 0) }
}

/** The bytes of a bundle by package or folder, the largest share first. */
export function shares(meta: Metafile): readonly (readonly [origin: string, bytes: number])[] {
  const sums = new Map<string, number>()
  for (const { inputs } of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.replace(/\/.*/, '/')
      sums.set(origin, (sums.get(origin) ?? 0) + bytesInOutput)
    }
  }
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

/** One sentence if a step is over its limit. */
export function judgeWeight({ name, bytes, maxBytes }: Weight): string[] {
  return bytes <= maxBytes
    ? []
    : [`${name} takes ${bytes} bytes, ${bytes - maxBytes} more than the ${maxBytes} allowed.`]
}

/** One sentence for each banned string in each file. */
export function judgeStrings(folder: string, built: Built, bans: readonly Ban[]): string[] {
  return [...built].flatMap(([path, contents]) => {
    const text = Buffer.from(contents).toString()
    return bans.flatMap(({ pattern, means }) => {
      const found = pattern.exec(text)?.[0]
      return found === undefined ? [] : [`dist/${folder}/${path} holds ${JSON.stringify(found)}: ${means}.`]
    })
  })
}

/** One sentence for each source of the worker's bundle that is not on its list, or that the compiler did not check. */
export function judgeInputs({ inputs, outputs }: Metafile): string[] {
  const strangers = Object.keys(inputs).filter((path) => !mayBeInWorker(path))
  const externals = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && path !== 'cloudflare:workers')
  return [...strangers, ...externals.map(({ path }) => path)].map(
    (path) => `dist/worker is made of ${path}: the worker is made of worker/, protocol/ and few packages alone.`,
  )
}

function mayBeInWorker(path: string): boolean {
  // A package can be inside a folder of ours, or inside another package.
  const [, packaged] = /(?:.*\/)?node_modules\/(.*)/.exec(`/${path}`) ?? []
  if (packaged !== undefined) return WORKER_PACKAGES.some((name) => packaged.startsWith(`${name}/`))
  return /^(?:worker|protocol)\/.*\.ts$/.test(path)
}

/** The packages that may be in the worker's bundle, whichever file imports them. */
const WORKER_PACKAGES = [
  '@noble/curves',
  '@noble/hashes',
  '@scure/base',
  'http-message-sig',
  'itty-router',
  'jose',
  'structured-headers',
]

/** At the highest quality, as the edge serves files that do not change. */
export function brotliBytes(contents: Uint8Array): number {
  return brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength
}

const DECRYPTS = 'the worker could take part in opening a drop'

/** Strings that do not occur in code that only stores and verifies. docs/architecture.md. */
export const WORKER_BANS: readonly Ban[] = [
  { pattern: /hkdf/i, means: DECRYPTS },
  { pattern: /deriveKey|deriveBits/, means: DECRYPTS },
  { pattern: /x25519/i, means: DECRYPTS },
  // The library that reads cards compares the use of every key with this word; it calls no function of the name.
  { pattern: /(?<!\busage === ")decrypt/i, means: DECRYPTS },
  { pattern: /AGE-SECRET-KEY/, means: DECRYPTS },
  { pattern: /\bimport\s*\(/, means: 'the worker could load code that no rule has seen' },
]

/** The page runs no string as code, names no host but its own, and uses nothing that the oldest browsers of README lack. */
export const WEB_BANS: readonly Ban[] = [
  { pattern: /\beval\s*\(/, means: 'a string could become code' },
  { pattern: /\bnew Function\b|\bFunction\s*\(/, means: 'a string could become code' },
  { pattern: /http:(?!\/\/www\.w3\.org\/)/, means: 'something could go over a connection that is not encrypted' },
  { pattern: /\b(?:https|wss?):\/\/[\w.-]+/, means: 'the page names a host that is not its own' },
  { pattern: /\b(?:src|href|action)\s*=\s*["']?\/\//, means: 'the page names a host that is not its own' },
  {
    pattern:
      /\b(?:URL\.(?:parse|canParse)|AbortSignal\.any|(?:Map|Object)\.groupBy|Promise\.(?:withResolvers|try)|Array\.fromAsync|RegExp\.escape)\b/,
    means: 'a browser that has all that sealing needs, such as Safari 17.0, would stop there',
  },
]
