import { unstable_readConfig as readConfig } from 'wrangler'
import { fileURLToPath } from 'node:url'
import { readOperatorSettings } from '#protocol/operator.ts'

/** The bindings of the worker: `wrangler.toml`, as wrangler itself reads it. The build writes them to `dist/worker/settings.json`. */
export interface Settings {
  readonly name: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: string[]
  readonly vars: Readonly<Record<string, string>>
  /** Names of the bindings to Workers KV. */
  readonly kv: readonly string[]
  /** Names of the bindings to R2 buckets. */
  readonly r2: readonly string[]
  /** Binding → class of a Durable Object with SQLite storage. */
  readonly objects: Readonly<Record<string, string>>
  readonly assets: {
    /** The binding by which the worker fetches pages itself. */
    readonly binding?: string
    readonly htmlHandling?: 'auto-trailing-slash' | 'force-trailing-slash' | 'drop-trailing-slash' | 'none'
    readonly notFoundHandling?: 'none' | 'single-page-application' | '404-page'
    readonly runWorkerFirst?: boolean | string[]
  }
}

/**
 * Reads `wrangler.toml`, or another file like it.
 * @throws Error if it binds something that `tools/serve.ts` does not know, so that the tested worker is the deployed one; if `SHELVES` is
 *   no number of shelves, since under a wrong one no drop would be found; if a limit is no number; or if a statement of the operator is
 *   invalid
 */
export function readSettings(file: URL = new URL('../wrangler.toml', import.meta.url)): Settings {
  const config: WranglerConfig = readConfig({ config: fileURLToPath(file) })
  const { assets, name, compatibility_date: compatibilityDate } = config
  if (assets === undefined || name === undefined || compatibilityDate === undefined) {
    throw new Error('wrangler.toml needs name, compatibility_date and [assets].')
  }
  for (const key of UNKNOWN_BINDINGS) {
    if (isBound(config[key]))
      throw new Error(`wrangler.toml binds ${key}: teach tools/settings.ts and tools/serve.ts about it.`)
  }
  const vars = Object.fromEntries(Object.entries(config.vars).map(([key, value]) => [key, text(key, value)]))
  const { SHELVES: shelves } = vars
  if (shelves === undefined || !/^(?:1|2|4|8|16|32|64|128|256)$/.test(shelves))
    throw new Error(
      `[vars] SHELVES in wrangler.toml is ${shelves ?? 'missing'}: it is a power of two from "1" to "256".`,
    )
  for (const limit of LIMITS) {
    const { [limit]: most = '1' } = vars
    if (!/^[1-9]\d{0,14}$/.test(most)) {
      const what = limit.endsWith('ITEMS')
        ? 'a number of drops, such as "10000"'
        : 'a number of bytes, such as "104857600"'
      throw new Error(`[vars] ${limit} in wrangler.toml is ${most}: it is ${what}.`)
    }
  }
  readOperatorSettings(vars)
  const r2 = config.r2_buckets.map(({ binding }) => binding)
  if (r2.some((binding) => binding !== 'R2'))
    throw new Error(`wrangler.toml binds ${r2.join(' and ')} in r2_buckets: the worker knows one bucket, R2.`)
  return {
    name,
    compatibilityDate,
    compatibilityFlags: config.compatibility_flags,
    vars,
    kv: config.kv_namespaces.map(({ binding }) => binding),
    r2,
    objects: Object.fromEntries(config.durable_objects.bindings.map((object) => [object.name, object.class_name])),
    assets: {
      ...(assets.binding === undefined ? {} : { binding: assets.binding }),
      ...(assets.html_handling === undefined ? {} : { htmlHandling: assets.html_handling }),
      ...(assets.not_found_handling === undefined ? {} : { notFoundHandling: assets.not_found_handling }),
      ...(assets.run_worker_first === undefined ? {} : { runWorkerFirst: assets.run_worker_first }),
    },
  }
}

/** The used part of wrangler's own reading of the file; its types name packages that it does not bring along. */
interface WranglerConfig extends Partial<Record<(typeof UNKNOWN_BINDINGS)[number], unknown>> {
  readonly name: string | undefined
  readonly compatibility_date: string | undefined
  readonly compatibility_flags: string[]
  readonly vars: Readonly<Record<string, unknown>>
  readonly kv_namespaces: readonly { readonly binding: string }[]
  readonly r2_buckets: readonly { readonly binding: string }[]
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] }
  readonly assets:
    | {
        readonly binding?: string | undefined
        readonly html_handling?: Settings['assets']['htmlHandling'] | undefined
        readonly not_found_handling?: Settings['assets']['notFoundHandling'] | undefined
        readonly run_worker_first?: Settings['assets']['runWorkerFirst'] | undefined
      }
    | undefined
}

function text(key: string, value: unknown): string {
  if (typeof value !== 'string') throw new Error(`[vars] ${key} in wrangler.toml is not a string.`)
  return value
}

/** Whether a setting of wrangler's binds anything: it fills in empty lists and tables. */
function isBound(setting: unknown): boolean {
  if (setting === undefined || setting === null) return false
  if (Array.isArray(setting)) return setting.length > 0
  return typeof setting === 'object' ? Object.values(setting).some(isBound) : true
}

const LIMITS = [
  'LARGEST_ON_KV',
  'LARGEST_ON_R2',
  'BOX_ITEMS',
  'BOX_BYTES',
  'BOX_BYTES_PER_DAY',
  'BARE_BOX_ITEMS',
  'BARE_BOX_BYTES',
]

const UNKNOWN_BINDINGS = [
  'ai',
  'analytics_engine_datasets',
  'browser',
  'containers',
  'd1_databases',
  'dispatch_namespaces',
  'hyperdrive',
  'images',
  'mtls_certificates',
  'pipelines',
  'queues',
  'ratelimits',
  'secrets_store_secrets',
  'send_email',
  'services',
  'triggers',
  'vectorize',
  'version_metadata',
  'workflows',
] as const
