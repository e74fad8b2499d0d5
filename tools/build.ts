// Builds everything that is served, deployed or installed, into dist/. The same sources give the same bytes.
import { bundleCli, bundleWeb, bundleWorker, ROOT } from './bundle.ts'
import { declarationFile } from './disclosure/declared.ts'
import { disclosurePage } from './disclosure/page.ts'
import { listFolder, writeChanged, writeFolder, type Files } from './files.ts'
import { makeImportMap } from './integrity.ts'
import { collectLicenses } from './licenses.ts'
import { makeManifest } from './manifest.ts'
import { makeOffline } from './offline.ts'
import { makeHeaders, makePages, makePublished } from './pages.ts'
import { readSettings } from './settings.ts'
import { makeWebcatFiles } from './transparency/webcat-files.ts'
import { readFileSync } from 'node:fs'
import { stop } from 'esbuild'

/** The scripts and sheets that pages name, as `%name%`, and their sources. */
export const WEB_ENTRIES: Readonly<Record<string, string>> = {
  'app.js': 'web/main.tsx',
  'app.css': 'web/style/main.css',
  'rooms.css': 'web/style/rooms.css',
  'workshop.js': 'web/platform/host-frame.ts',
  'kdf-worker.js': 'web/platform/kdf-worker.ts',
  'chunk-worker.js': 'web/platform/chunk-worker.ts',
}

/**
 * Bundles worker, web and command line, and brings dist/ up to date.
 * @param signed - the folder in which the signers of releases keep the signed files: `tools/transparency/webcat-files.ts`.
 */
export async function build(signed?: string): Promise<void> {
  const settings = readSettings()
  const [worker, web, cli, offline, published] = await Promise.all([
    bundleWorker('worker/main.ts'),
    bundleWeb(WEB_ENTRIES),
    bundleCli('cli/main.ts'),
    makeOffline(),
    makePublished(),
  ])
  const importMap = makeImportMap(web.meta, 'web/main.tsx', web.files)
  const pages: [string, string | Uint8Array][] = [
    ...listFolder(`${ROOT}web/public`).map((path): [string, Uint8Array] => [
      path,
      readFileSync(`${ROOT}web/public/${path}`),
    ]),
    ...[...makePages(web, WEB_ENTRIES, importMap)].map(([path, page]): [string, string] => [
      path,
      path === 'disclosure.html' ? disclosurePage(page) : page,
    ]),
    ['.well-known/sealdrop/disclosure.json', declarationFile()],
    ['published.html', published.html],
    ['licenses.txt', collectLicenses(web.meta, published.inline.meta)],
  ]
  const plain: Files = new Map([...web.files, ...pages, ['_headers', makeHeaders(importMap, published.inline.hashes)]])
  const webcat = makeWebcatFiles(makeManifest(VERSION, plain), signed)
  const served: Files = new Map([...plain, ...webcat.served])
  const manifest = makeManifest(VERSION, served, offline)
  const files: Readonly<Record<string, Files>> = {
    cli: new Map<string, string | Uint8Array>([
      ...cli.files,
      ['licenses.txt', collectLicenses(cli.meta)],
      ['manifest.json', json(manifest)],
    ]),
    meta: new Map(
      Object.entries({ worker, web, cli, published: published.inline }).map(([name, { meta }]) => [
        `${name}.json`,
        json(meta),
      ]),
    ),
    web: served,
    webcat: webcat.unsigned,
    worker: new Map<string, string | Uint8Array>([...worker.files, ['settings.json', json(settings)]]),
  }
  for (const [folder, contents] of Object.entries(files)) writeFolder(`${ROOT}dist/${folder}`, contents)
  writeChanged(`${ROOT}dist/manifest.json`, json(manifest))
  writeChanged(`${ROOT}dist/${offline.path}`, offline.bytes)
  // esbuild's service would keep running for as long as the server does.
  await stop()
}

const { version: VERSION } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

if (import.meta.main) {
  try {
    await build(process.env['WEBCAT'])
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}
