import type { Metafile } from 'esbuild'
import { readFileSync } from 'node:fs'
import { PROBLEMS } from '#protocol/problem.ts'
import { pageHeaders, publishedHeaders, WORKSHOP_PATH, PUBLISHED_PATH } from '#protocol/security-headers.ts'
import { staticImports } from './preload.ts'
import { ROOT, type Bundle } from './bundle.ts'
import { listFolder } from './files.ts'
import { bundleInline, fillPage, type Inline } from './inline.ts'
import { integrityOf } from './integrity.ts'

/**
 * Every page of the client, by its path: the templates `web/*.html`, with `%app.js%` replaced by the address of the entry of that
 * name, `%app.js.integrity%` by its integrity, `%import-map%` by `importMap`, and with a script's static imports before it; and one page
 * per problem, from `web/problem.html` (RFC 9457 §3.1.1).
 * @throws Error for a placeholder without a value
 */
export function makePages(
  { files, meta }: Bundle,
  entries: Readonly<Record<string, string>>,
  importMap: string,
): Map<string, string> {
  const hashOf = (address: string): string => integrityOf(files.get(address.slice(1)) ?? '')
  const addresses = Object.fromEntries(
    Object.entries(entries).flatMap(([name, source]) => {
      const address = addressOf(meta, source)
      return [
        [name, address],
        [`${name}.integrity`, hashOf(address)],
      ]
    }),
  )
  const templates = listFolder(`${ROOT}web`).filter((path) => /^[\w-]+\.html$/.test(path) && path !== PROBLEM_TEMPLATE)
  const problem = readFileSync(`${ROOT}web/${PROBLEM_TEMPLATE}`, 'utf8')
  return new Map([
    ...templates.map((path): [string, string] => {
      const template = readFileSync(`${ROOT}web/${path}`, 'utf8')
      // Each after its own imports: docs/decisions/0019.
      const ahead = (name: string): string =>
        staticImports(meta, outputOf(meta, entries[name] ?? ''))
          .map((output) => output.replace(/^dist\/web/, ''))
          .map((each) => `<script type="module" src="${each}" integrity="${hashOf(each)}"></script>`)
          .join('')
      const parts = template.replaceAll(SCRIPT, (tag, name: string) => ahead(name) + tag)
      // The policy has the hash of the map alone, without white space around it.
      const whole = parts.replace(/\s*%import-map%\s*/, () => importMap)
      return [path, fill(path, whole, addresses)]
    }),
    ...Object.entries(PROBLEMS).map(([code, { status, title, explanation }]): [string, string] => [
      `problems/${code}.html`,
      fill(PROBLEM_TEMPLATE, problem, { ...addresses, code, status: String(status), title, explanation }),
    ]),
  ])
}

/**
 * Bundles the page at `PUBLISHED_PATH`, which compares an address with the one that a web site publishes. It loads nothing: without
 * an origin of its own, it could not. docs/decisions/0022.
 */
export async function makePublished(): Promise<{ readonly html: string; readonly inline: Inline }> {
  const folder = 'web/published'
  const inline = await bundleInline(folder, [])
  return { html: fillPage(folder, inline, {}), inline }
}

/**
 * The `_headers` file: the fields that the asset server adds to all its answers, including redirects and refusals. It would join the
 * values of two rules for one address, so a rule with another value removes the field first.
 * @param published - hashes of the inline script and sheet of the page at `PUBLISHED_PATH`, as CSP spells them
 */
export function makeHeaders(importMap: string, published: Inline['hashes']): string {
  const all: Readonly<Record<string, string>> = {
    ...pageHeaders('/', `'${integrityOf(importMap)}'`),
    'Cache-Control': 'no-cache',
    // Meant for its refusals. A rule cannot name those alone, and the field may be in any answer (RFC 9110 §10.2.1).
    Allow: 'GET, HEAD',
  }
  const apart: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    '/assets/*': { ...all, 'Cache-Control': FOR_EVER },
    [WORKSHOP_PATH]: { ...all, ...pageHeaders(WORKSHOP_PATH) },
    [PUBLISHED_PATH]: { ...all, ...publishedHeaders(published.script, published.style) },
  }
  const rules = Object.entries(apart).map(([address, headers]) => {
    const changed = Object.entries(headers).filter(([name, value]) => all[name] !== value)
    return `${address}\n${changed.map(([name]) => `  ! ${name}\n`).join('')}${lines(Object.fromEntries(changed))}`
  })
  return [`/*\n${lines(all)}`, ...rules].join('\n')
}

/** The output that was built from the entry `source`. */
export function outputOf(meta: Metafile, source: string): string {
  const found = Object.entries(meta.outputs).find(([, { entryPoint }]) => entryPoint === source)
  if (found === undefined) throw new Error(`Nothing was bundled from ${source}.`)
  return found[0]
}

function addressOf(meta: Metafile, source: string): string {
  return outputOf(meta, source).replace(/^dist\/web/, '')
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')
}

function fill(path: string, template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/%([\w.-]+)%/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`web/${path} asks for %${name}%, and there is none.`)
    return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  })
}

/** A script element, with the name of its entry. */
const SCRIPT = /<script\s[^>]*src="%([\w.-]+)%"/g

const PROBLEM_TEMPLATE = 'problem.html'

/** The name of a file in assets/ changes with its contents. RFC 8246. */
const FOR_EVER = 'public, max-age=31536000, immutable'
