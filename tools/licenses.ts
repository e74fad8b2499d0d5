import type { Metafile } from 'esbuild'
import { readFileSync } from 'node:fs'
import { ROOT } from './bundle.ts'
import { listFolder } from './files.ts'

/** The licences of all packages whose code is in bundles: their authors require that they go along. */
export function collectLicenses(...metas: readonly Metafile[]): string {
  const inputs = metas.flatMap((meta) => Object.keys(meta.inputs))
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[0] ?? []),
  )
  return [...packages].toSorted().map(licenseOf).join('\n')
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, 'utf8')) as Record<
    string,
    string
  >
  const file = listFolder(`${ROOT}${folder}`).find((path) => /^licen[cs]e/i.test(path))
  const text = file === undefined ? `${license}\n` : readFileSync(`${ROOT}${folder}/${file}`, 'utf8')
  return `${name} ${version}\n\n${text.trim()}\n`
}
