import { build as esbuild, type Metafile, type Plugin } from 'esbuild'
import { readFileSync } from 'node:fs'
import { ROOT } from './bundle.ts'
import { integrityOf } from './integrity.ts'

/** What a page holds inside itself instead of loading it. */
export interface Inline {
  readonly script: string
  readonly style: string
  /** Both as CSP names them: `'sha256-…'`. */
  readonly hashes: { readonly script: string; readonly style: string }
  readonly meta: Metafile
}

/** Bundles `main.tsx` and `main.css` of a folder into one script and one sheet. The same sources give the same bytes. */
export async function bundleInline(folder: string, plugins: readonly Plugin[]): Promise<Inline> {
  const { metafile, outputFiles } = await esbuild({
    absWorkingDir: ROOT,
    bundle: true,
    charset: 'utf8',
    entryPoints: [
      { in: `${folder}/main.tsx`, out: 'main' },
      { in: `${folder}/main.css`, out: 'main' },
    ],
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    minify: true,
    outdir: 'dist',
    platform: 'browser',
    plugins: [...plugins],
    // As tools/bundle.ts: else names of files in the account would say where a linked node_modules lies.
    preserveSymlinks: true,
    target: 'es2023',
    write: false,
  })
  const [script = '', style = ''] = ['.js', '.css'].map((kind) =>
    checkInline(outputFiles.flatMap(({ path, text }) => (path.endsWith(kind) ? [text.trimEnd()] : [])).join('')),
  )
  const hashes = { script: `'${integrityOf(script)}'`, style: `'${integrityOf(style)}'` }
  return { script, style, hashes, meta: metafile }
}

/**
 * `page.html` of a folder, in which `<!-- name -->` is replaced by the value of that name, and `<!-- script -->` and
 * `<!-- style -->` by what was bundled.
 * @throws Error for a name that has no value.
 */
export function fillPage(folder: string, inline: Inline, values: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = {
    ...values,
    script: `<script type="module">${inline.script}</script>`,
    style: `<style>${inline.style}</style>`,
  }
  return readFileSync(`${ROOT}${folder}/page.html`, 'utf8').replaceAll(/<!-- (\w+) -->/g, (_, name: string) => {
    const value = all[name]
    if (value === undefined) throw new Error(`${folder}/page.html asks for ${name}, and there is none.`)
    return value
  })
}

/** @throws Error for what a parser of HTML would end early or change, so that the hash would be another. HTML, §13.2.5.15, §13.2.3.5. */
function checkInline(text: string): string {
  const found = /<\/(?:script|style)|<!--|\r|\0/i.exec(text)
  if (text === '' || found !== null) throw new Error(`What goes into the file holds ${JSON.stringify(found?.[0])}.`)
  return text
}
