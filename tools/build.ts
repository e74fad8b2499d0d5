// Builds what is served, deployed and installed, into dist/. The same sources give the same bytes.
import { bundleCli, bundleWeb, bundleWorker, ROOT } from './bundle.ts'
import { listFolder, writeFolder, type Files } from './files.ts'
import { collectLicenses } from './licenses.ts'
import { makeHeaders, makePages } from './pages.ts'
import { readSettings } from './settings.ts'
import { readFileSync } from 'node:fs'
import { stop } from 'esbuild'

/** The scripts and sheets that pages name, as `%name%`, and their sources. */
export const WEB_ENTRIES: Readonly<Record<string, string>> = {
  'app.js': 'web/main.tsx',
  'app.css': 'web/style/main.css',
  'rooms.css': 'web/style/rooms.css',
  'workshop.js': 'web/workshop.ts',
  'kdf-worker.js': 'web/kdf-worker.ts',
  'chunk-worker.js': 'web/chunk-worker.ts',
}

/** Bundles worker, web and command line, and brings dist/ up to date. */
export async function build(): Promise<void> {
  const settings = readSettings()
  const [worker, web, cli] = await Promise.all([
    bundleWorker('worker/main.ts'),
    bundleWeb(WEB_ENTRIES),
    bundleCli('cli/main.ts'),
  ])
  const pages: [string, string | Uint8Array][] = [
    ...listFolder(`${ROOT}web/public`).map((path): [string, Uint8Array] => [
      path,
      readFileSync(`${ROOT}web/public/${path}`),
    ]),
    ...makePages(web.meta, WEB_ENTRIES),
    ['licenses.txt', collectLicenses(web.meta)],
  ]
  const files: Readonly<Record<string, Files>> = {
    cli: new Map<string, string | Uint8Array>([...cli.files, ['licenses.txt', collectLicenses(cli.meta)]]),
    meta: new Map(Object.entries({ worker, web, cli }).map(([name, { meta }]) => [`${name}.json`, json(meta)])),
    web: new Map([...web.files, ...pages, ['_headers', makeHeaders()]]),
    worker: new Map<string, string | Uint8Array>([...worker.files, ['settings.json', json(settings)]]),
  }
  for (const [folder, contents] of Object.entries(files)) writeFolder(`${ROOT}dist/${folder}`, contents)
  // esbuild would wait for more work as long as the server runs.
  await stop()
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

if (import.meta.main) {
  try {
    await build()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}
