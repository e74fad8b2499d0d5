import type { WorkerOptions } from 'miniflare'
import { ROOT } from './bundle.ts'
import type { Settings } from './settings.ts'

/**
 * The configuration of the worker for Miniflare, with the bindings of `wrangler.toml`.
 * @param origins - its own origins, separated by commas
 * @param pages - the folder of the built client, if it is to be served as well
 */
export function workerConfig(
  settings: Settings,
  script: string,
  origins: string,
  pages?: string,
): WorkerOptions['config'] {
  const { name, vars, kv, r2, objects } = settings
  const { binding: files, ...assets } = settings.assets
  const classes = Object.values(objects)
  return {
    name,
    compatibilityDate: settings.compatibilityDate,
    compatibilityFlags: settings.compatibilityFlags,
    manifest: {
      mainModule: 'main.js',
      modulesRoot: `${ROOT}dist/worker`,
      modules: { 'main.js': { type: 'esm', contents: script } },
    },
    exports: Object.fromEntries(classes.map((type) => [type, { type: 'durable-object', storage: 'sqlite' }])),
    env: {
      ...mapValues(vars, (value) => ({ type: 'text', value })),
      ...mapValues(objects, (exportName) => ({ type: 'durable-object', worker: name, exportName })),
      ...Object.fromEntries(kv.map((binding) => [binding, { type: 'kv', id: binding }])),
      ...Object.fromEntries(r2.map((binding) => [binding, { type: 'r2', name: binding.toLowerCase() }])),
      // A value in the local stores can be read at once.
      STORE_SETTLES_SECONDS: { type: 'text', value: '0' },
      ...(pages === undefined || files === undefined ? {} : { [files]: { type: 'assets' } }),
      ORIGIN: { type: 'text', value: origins },
    },
    ...(pages === undefined ? {} : { assets: { directory: pages, hasUserWorker: true, ...assets } }),
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
